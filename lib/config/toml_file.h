// SPDX-License-Identifier: MIT
#pragma once

// TOML as a flat list of keys and values with their lines, and back. What the keys mean is the
// loader's business. The only place that knows toml++.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/value.h"
#include "core/error.h"

namespace trunkline::config {

/// What is longer is no file of settings.
inline constexpr core::ByteCount kLargestTomlFile{std::uint64_t{1024} * 1024};

/// A value of a type that no setting has: a float, a date, a list of numbers, ...
struct OtherValue {
  std::string type;  ///< "a date"
};

struct TomlEntry {
  std::string key;  ///< the whole path: "sip.listen"
  std::variant<std::string, std::int64_t, bool, std::vector<std::string>, OtherValue> value;
  std::uint32_t line = 0;  ///< from 1
};

/// Entries in the order of their keys. The fault (code config) begins with "NAME:LINE: ".
core::Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view name);

/// The setting's value out of the entry. Durations and sizes are strings with a unit; the fault
/// says so where a bare number is given.
core::Result<Value> value_of(const Setting& setting, const TomlEntry& entry);

/// A TOML document with these settings, sections and keys sorted.
std::string to_toml(const std::vector<std::pair<const Setting*, Value>>& values);

}  // namespace trunkline::config
