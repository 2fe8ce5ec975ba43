// SPDX-License-Identifier: MIT
#pragma once

// What a caller wants the called side not to learn of it (RFC 3323, RFC 3325). The exchange is the
// privacy service: it makes the called leg itself, from what the directory says of the caller, so
// what it does not say there nobody learns. What a phone asserts of itself (P-Asserted-Identity,
// Remote-Party-ID) is never passed on, and the ledger has the truth. Pure.

#include <optional>
#include <string>

#include "sip/message.h"

namespace trunkline::exchange {

struct Privacy {
  bool is_anonymous = false;  ///< the called side is not told who calls
  /// Something is wanted beyond that, and the call is not to be made without it ("critical").
  std::string impossible = {};
};

Privacy privacy_of(const sip::Request& invite);

/// RFC 3323 section 4.1.1.3
sip::Party anonymous_party();

/// Lines of a session description that people fill in (s=, i=, u=, e=, p=, and the user name of
/// o=) as if nobody had. One that cannot be read stays as it is: the relay will refuse it.
std::string without_names(const std::string& sdp);

}  // namespace trunkline::exchange
