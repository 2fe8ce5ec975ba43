// SPDX-License-Identifier: MIT
#pragma once

// Values of headers in the forms that nearly everybody writes: no escapes, no folding, no comments,
// sip URIs at IPv4 addresses and host names. Each function reads a whole value and says whether it
// was of that form; what it has written where it says no is of no use.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sip/address.h"

namespace trunkline::sip {

/// What ends a line of a message (RFC 3261 7).
inline constexpr std::string_view kLineEnd = "\r\n";

/// ASCII without control characters.
bool is_plain_text(std::string_view text);
/// Letters, digits and "-._": fewer than a token may have.
bool is_plain_word(std::string_view text);
/// "SIP/2.0/UDP host:port;branch=z9hG4bK...;rport", without what would lead the answer elsewhere.
bool is_plain_via(std::string_view text);
/// "word" or "word@word".
bool is_plain_call_id(std::string_view text);

/// Decimal digits, at most 2^32-1.
bool read_number(std::string_view text, std::uint32_t& number);
/// "sip:user@host:port;params", user, port and parameters as they may be missing.
bool read_uri(std::string_view text, Uri& uri);
/// "\"Alice\" <sip:alice@example.org>;tag=x"; no other parameter.
bool read_party(std::string_view text, Party& party);
/// "<sip:alice@192.0.2.1:5062>;expires=60;+sip.instance=\"<urn:uuid:...>\"".
bool read_contact(std::string_view text, Contact& contact);
/// "Digest name=value, ..." as read.h gives it: with one comma and space between.
bool read_credentials(std::string_view text, std::string& credentials);
/// "path, outbound".
bool read_words(std::string_view text, std::vector<std::string>& words);

}  // namespace trunkline::sip
