// SPDX-License-Identifier: MIT
#pragma once

// The value of one setting: read from text, checked against its row, and written back. Faults say
// what must be given and never where the text came from; the loader adds that.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/setting.h"
#include "core/strong.h"
#include "core/time.h"

namespace trunkline::config {

using Value = std::variant<std::string, std::int64_t, bool, core::Milliseconds, core::ByteCount,
                           std::vector<std::string>>;

/// Reads "30s", "true", "a,b" as the setting's type; an empty text is an empty list.
core::Result<Value> parse_value(const Setting& setting, std::string_view text);

/// Whether a value of the right type obeys the row's range, form and choices.
core::Result<void> check_value(const Setting& setting, const Value& value);

/// What parse_value() reads back.
std::string to_text(const Value& value);

/// A connection string or URI with "***" for the password in it.
std::string without_password(std::string_view text);

/// "sip.max_calls must be a whole number from 1 to 1000000, not 'many'".
core::Fault unfit(const Setting& setting, std::string_view given);

}  // namespace trunkline::config
