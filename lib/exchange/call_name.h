// SPDX-License-Identifier: MIT
#pragma once

// What people call a call: its id, the tail of one, a SIP Call-ID of either leg, "last".

#include <string_view>

#include "core/error.h"
#include "core/json.h"

namespace trunkline::exchange {

inline constexpr std::string_view kLastCall = "last";

/// Whether a call.v1 record is meant by `name`; "last" means every one.
bool is_named(const core::Json& record, std::string_view name);

tl::unexpected<core::Fault> no_such_call(std::string_view name);
tl::unexpected<core::Fault> ambiguous_call(std::string_view name);

}  // namespace trunkline::exchange
