// SPDX-License-Identifier: MIT
#pragma once

// Calls as comma-separated values (RFC 4180): lines end with CRLF, a field with a comma, a quote or
// a line break is quoted, quotes are doubled. What is not known is an empty field. Names and order
// of the columns are part of the interface: new ones come at the end.

#include <functional>
#include <string>
#include <string_view>

#include "cdr/call.h"

namespace trunkline::cdr {

std::string csv_heading();
/// `time` says how a moment is written.
std::string csv_line(const Call& call, std::string_view tenant_name,
                     const std::function<std::string(core::Time)>& time);

/// The same behind what is in `text` already.
void append_csv_line(std::string& text, const Call& call, std::string_view tenant_name,
                     const std::function<std::string(core::Time)>& time);

/// One field, quoted where it must be.
void append_csv_field(std::string& line, std::string_view text);

}  // namespace trunkline::cdr
