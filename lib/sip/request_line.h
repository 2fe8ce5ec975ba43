// SPDX-License-Identifier: MIT
#pragma once

// The first line of a request (RFC 3261 7.1): three parts with one space between, no more and no
// less. Sofia is laxer about spaces and stricter about methods than the grammar, and drops what it
// cannot read; a sender should rather hear 400 or 501.

#include <optional>
#include <string_view>

namespace trunkline::sip {

struct RequestLine {
  std::string_view method;
  std::string_view uri;      ///< not looked at; "" where broken
  std::string_view version;  ///< "SIP/2.0" and its likes
  bool is_broken = false;    ///< meant as a request, but only its method can be told
};

/// A token as in RFC 3261 25.1.
bool is_token(std::string_view text);

/// Nothing where the line (without its end) does not begin with a token and end in a SIP version:
/// such is no request, and no answer is due.
std::optional<RequestLine> split_request_line(std::string_view line);

}  // namespace trunkline::sip
