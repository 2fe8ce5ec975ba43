// SPDX-License-Identifier: MIT
#pragma once

// The hours, days, weeks and months of this process' time zone (cdr/zone.h) as moments. A day has
// 23 or 25 hours where the clock is changed, an hour that comes twice is two hours.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::cdr {

enum class Unit : std::uint8_t { hour, day, week, month };

/// "hour", "day", "week" (from Monday, ISO 8601) or "month"; nothing for another word.
std::optional<Unit> parse_unit(std::string_view text);

/// The beginnings of the units from the one that `since` lies in to the last before `until`, in
/// their order. A fault (usage) where they are more than a hundred thousand.
[[nodiscard]] core::Result<std::vector<core::Time>> starts_of(Unit unit, core::Time since,
                                                              core::Time until);

/// "2026-10-25", "2026-10-25 02:00 +0200", "2026-W43", "2026-10".
std::string label_of(Unit unit, core::Time start);

}  // namespace trunkline::cdr
