// SPDX-License-Identifier: MIT
#include "usage/period.h"

#include <fmt/format.h>

namespace trunkline::usage {
namespace {

using retention::day_of;
using Day = std::chrono::sys_days;  // of the place

constexpr core::Seconds kEight = std::chrono::hours(8);
constexpr std::chrono::days kWeek{7};

/// The first day of the period that `day` is in.
Day first_day(Period period, Day day) {
  switch (period) {
    case Period::day:
      return day;
    case Period::week:
      return day - (std::chrono::weekday(day) - std::chrono::Monday);
    case Period::month: {
      const std::chrono::year_month_day date(day);
      return date.year() / date.month() / 1;
    }
  }
  return day;
}

Day next(Period period, Day first) {
  switch (period) {
    case Period::day:
      return first + std::chrono::days(1);
    case Period::week:
      return first + kWeek;
    case Period::month: {
      const std::chrono::year_month_day date(first);
      return date.year() / date.month() / 1 + std::chrono::months(1);
    }
  }
  return first;
}

/// Midnight at the place. Where the clock is set forward over it, the moment it is set.
core::Time begin_of(Day day, const retention::Zone& zone) {
  const core::Time as_utc(day.time_since_epoch());
  const core::Time guess = as_utc - zone(as_utc);
  const core::Time midnight = as_utc - zone(guess);
  return day_of(midnight, zone) == day ? midnight : guess;
}

Span span_from(Period period, Day first, const retention::Zone& zone) {
  return {begin_of(first, zone), begin_of(next(period, first), zone)};
}

}  // namespace

std::string_view name_of(Period period) {
  switch (period) {
    case Period::day:
      return "day";
    case Period::week:
      return "week";
    case Period::month:
      return "month";
  }
  return "unknown";
}

core::Result<Period> parse_period(std::string_view text) {
  for (const Period period : {Period::day, Period::week, Period::month})
    if (text == name_of(period)) return period;
  return core::fault(core::ExitCode::usage, fmt::format("'{}' is no period", text),
                     "day, week or month");
}

Span last_whole(Period period, core::Time now, const retention::Zone& zone) {
  const Day today = day_of(now, zone);
  return span_from(period, first_day(period, first_day(period, today) - std::chrono::days(1)),
                   zone);
}

Span one_before(Period period, const Span& span, const retention::Zone& zone) {
  // Noon is of the day, however the clock was set that night.
  const Day first = day_of(span.since + std::chrono::hours(12), zone);
  return span_from(period, first_day(period, first - std::chrono::days(1)), zone);
}

bool is_report_due(Period period, core::Time now, const std::optional<core::Time>& last,
                   const retention::Zone& zone) {
  if (!retention::is_due(now, last, zone, kEight)) return false;
  const Day today = day_of(now, zone, kEight);
  if (!last) return first_day(period, today) == today;
  return *last > now || first_day(period, today) > first_day(period, day_of(*last, zone, kEight));
}

}  // namespace trunkline::usage
