// SPDX-License-Identifier: MIT
#pragma once

// When something that is done once a day, from a time of the place's clock on, is due. Timers run
// hourly and ask here: a timer set to a time that a day in spring lacks is passed over. Pure.

#include <optional>

#include "core/time.h"
#include "retention/due.h"

namespace trunkline::usage {

/// Whether `hour` (since the place's midnight) has passed there since `last`. A last one that lies
/// ahead is that of a wrong clock: due.
bool is_due_daily(core::Time now, const std::optional<core::Time>& last, core::Seconds hour,
                  const retention::Zone& zone);

}  // namespace trunkline::usage
