// SPDX-License-Identifier: MIT
#pragma once

// What a message's body says (RFC 3261 7.4, RFC 5621): the session description in it, alone or as a
// part of a multipart body (RFC 2046 5.1), and what in it would have to be understood and is not.
// Parts that may be left alone (Content-Disposition: ...;handling=optional) are. Bounded: so many
// parts, so deep.

#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"

namespace trunkline::sip {

struct Body {
  std::string sdp = {};  ///< "" where there is none
  /// The type of the first part that must be understood and cannot be: "text/plain".
  std::string unknown = {};
  /// A Content-Encoding that we cannot undo: "gzip".
  std::string unknown_encoding = {};

  bool operator==(const Body&) const = default;
};

/// Content-Type as it came, with its parameters; `headers` may have Content-Disposition,
/// Content-Encoding and Content-Transfer-Encoding.
Body read_body(std::string_view content_type, const std::vector<Header>& headers,
               std::string_view body);

template <class Message>
Body body_of(const Message& message) {
  return read_body(message.content_type + message.content_params, message.headers, message.body);
}

/// What read_body() understands, for the Accept of a 415 and of OPTIONS.
inline constexpr std::string_view kAcceptedBodies =
    "application/sdp, multipart/mixed, multipart/alternative";

/// Whether who says this takes a session description in our answer (RFC 3261 20.1): no Accept says
/// yes, an empty one no.
bool accepts_sdp(const std::vector<Header>& headers);

}  // namespace trunkline::sip
