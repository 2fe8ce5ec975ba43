// SPDX-License-Identifier: MIT
#pragma once

// Moments as people type them after --since and --until.

#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::cdr {

/// "now", "today", "yesterday", "2h" (ago), "2026-11-21", "2026-11-21 08:00",
/// "2026-11-21T08:00:00", or RFC 3339 with an offset. Without an offset it is local time; a day is
/// its first moment.
[[nodiscard]] core::Result<core::Time> parse_when(std::string_view text, core::Time now);

}  // namespace trunkline::cdr
