// SPDX-License-Identifier: MIT
#pragma once

// JSON (RFC 8259) as a value that keeps the order of its keys, read without exceptions: outside
// bytes give a Result, and a missing or mistyped key gives the default.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/error.h"

namespace trunkline::core {

using Json = nlohmann::ordered_json;

/// Arrays and objects in one another; more is a fault.
inline constexpr int kDeepestJson = 64;

/// One JSON value; nesting deeper than kDeepestJson or bytes after the value are a fault.
Result<Json> parse_json(std::string_view text);

/// One line, no trailing newline; bytes that are not UTF-8 become U+FFFD.
std::string to_line(const Json& json);

/// The member's value, or `otherwise` where it is absent, of another type, or (a number) does not
/// fit.
std::string text_at(const Json& json, std::string_view key, std::string_view otherwise = {});
std::int64_t number_at(const Json& json, std::string_view key, std::int64_t otherwise = 0);
bool bool_at(const Json& json, std::string_view key, bool otherwise = false);

}  // namespace trunkline::core
