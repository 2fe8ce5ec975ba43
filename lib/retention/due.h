// SPDX-License-Identifier: MIT
#pragma once

// When a nightly sweep, or other daily work, is due: once since an hour of the place. A timer set
// to two o'clock is passed over on the day in spring that has none, so timers run hourly and ask
// here. Pure: how far the place's clock is from UTC at a moment is asked of `zone`.

#include <functional>
#include <optional>

#include "core/time.h"

namespace trunkline::retention {

/// The distance of a place's clock from UTC at a moment.
using Zone = std::function<core::Seconds(core::Time)>;
/// The zone of this process, by the C library (package tzdata).
core::Seconds local_zone(core::Time at);

/// The day at that place, of days that begin at this hour of its clock. Clocks are put back from
/// three to two and from two to one, never over two o'clock: of days from there this never goes
/// back.
std::chrono::sys_days day_of(core::Time at, const Zone& zone,
                             core::Seconds hour = core::Seconds(0));

/// When a night's work begins.
inline constexpr core::Seconds kTwoOclock = std::chrono::hours(2);

/// Whether that hour, two o'clock, has passed at that place since `last`, the start of the last
/// sweep that reached its end. On the day without a two o'clock it is when the clock jumps over it,
/// on the day with two of them the first. A last one that lies ahead is that of a wrong clock: due.
bool is_due(core::Time now, const std::optional<core::Time>& last, const Zone& zone,
            core::Seconds hour = kTwoOclock);

/// The first moment after `now`, to the minute, at which a sweep that was just done is due again.
core::Time next_due(core::Time now, const Zone& zone);

}  // namespace trunkline::retention
