// SPDX-License-Identifier: MIT
#pragma once

// The stretches of time that reports are about, by the clock of the place: a day, a week from
// Monday, a month. Pure: how far that clock is from UTC is asked of `zone`.

#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "retention/due.h"

namespace trunkline::usage {

enum class Period : std::uint8_t { day, week, month };
std::string_view name_of(Period period);
[[nodiscard]] core::Result<Period> parse_period(std::string_view text);

/// From `since` on, up to and without `until`.
struct Span {
  core::Time since = {};
  core::Time until = {};
  bool operator==(const Span&) const = default;
};
/// The last one that is over at `now`, from midnight to midnight.
Span last_whole(Period period, core::Time now, const retention::Zone& zone);
/// The one that ends where `span`, one of them, begins.
Span one_before(Period period, const Span& span, const retention::Zone& zone);

/// Whether eight o'clock of the first day of one has passed since `last`, when its report was last
/// made. A last one that lies ahead is that of a wrong clock: due. Without a last one a week's and
/// a month's wait for the next first day: a new site has no week behind it.
bool is_report_due(Period period, core::Time now, const std::optional<core::Time>& last,
                   const retention::Zone& zone);

}  // namespace trunkline::usage
