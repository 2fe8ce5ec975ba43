// SPDX-License-Identifier: MIT
#pragma once

// User-Agents that only tools for attacks send. Behaviour decides; a name is merely the quickest
// sign, since a scanner may call itself anything. Tools that administrators use, too (sipsak,
// sipp), are not among them.

#include <string_view>

namespace trunkline::guard {

/// The row that the User-Agent begins with or contains, any case; empty where it is none.
std::string_view scanner_tool(std::string_view user_agent);

}  // namespace trunkline::guard
