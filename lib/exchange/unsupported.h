// SPDX-License-Identifier: MIT
#pragma once

// What a request asks for that we cannot do (RFC 3261 section 8.2), as the answer that says so.

#include <optional>
#include <string>

#include "sip/message.h"

namespace trunkline::exchange {

struct Unsupported {
  sip::Reply reply;
  std::string reason;  ///< for the ledger
};

/// Extensions in Require (420), a body or a part of one that would have to be understood (415), an
/// Accept that leaves us no answer (406). Nothing where all of it can be done.
std::optional<Unsupported> unsupported(const sip::Request& request);

}  // namespace trunkline::exchange
