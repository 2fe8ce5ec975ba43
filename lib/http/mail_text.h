// SPDX-License-Identifier: MIT
#pragma once

// The forms in which text travels in a mail: header words (RFC 2047), addresses, dates (RFC 5322)
// and lines (RFC 2045). Pure. Whatever comes in, no header value that goes out holds a line break
// that is not a fold.

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/time.h"

namespace trunkline::http {

/// Control characters become spaces: text of one line.
std::string without_controls(std::string_view text);
bool is_header_name(std::string_view name);
/// The value of a header that holds text (Subject): as it is where it is plain ASCII and short
/// behind `name`, else as encoded words of at most 75 characters, folded. Control characters become
/// spaces.
std::string header_text(std::string_view name, std::string_view text);
/// `Alice "Al" Example` as the phrase before an address: bare, quoted, or as encoded words.
std::string header_phrase(std::string_view text);
/// "Mon, 30 Nov 2026 08:00:00 +0000"
std::string header_date(core::Time time);

/// An attachment's name, kept to what every mail reader and file system takes.
std::string attachment_name(std::string_view name);
/// Its type as the caller says, or another where that could end a header.
std::string attachment_type(std::string_view type);

/// RFC 2045 6.7, lines of at most 76 characters; line ends of any kind become CRLF.
std::string quoted_printable(std::string_view text);
/// Base64 in lines of 76 characters, each with CRLF.
std::string base64_lines(core::ByteView bytes);

}  // namespace trunkline::http
