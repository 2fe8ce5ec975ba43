// SPDX-License-Identifier: MIT
#pragma once

// Small text operations the standard library lacks. ASCII case only: SIP tokens, verbs and keys.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/strong.h"

namespace trunkline::core {

std::string_view trim(std::string_view text);
/// Pieces between separators; empty pieces are kept. "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view left, std::string_view right);

/// A whole number without sign, spaces or leftovers.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
/// 1 to 65535.
Result<Port> parse_port(std::string_view text);

/// "10MiB", "4KiB", "2GiB", "500B", and the decimal kB, MB, GB, TB.
Result<ByteCount> parse_size(std::string_view text);
/// The largest unit that divides it: "10MiB", "100GB".
std::string to_text(ByteCount size);

/// The candidate a user most likely meant (Damerau-Levenshtein distance at most a third of the
/// word's length), or nothing.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// Whether the text is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);
/// Control characters and bytes that are not UTF-8 as \xNN, so that outside text cannot move a
/// terminal's cursor.
std::string printable(std::string_view text);

}  // namespace trunkline::core
