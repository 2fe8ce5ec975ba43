// SPDX-License-Identifier: MIT
#include "usage/period.h"

#include <catch2/catch.hpp>

#include "support/moment.h"

namespace trunkline::usage {
namespace {

/// Summer time of 2027: 28 March, 01:00 UTC, to 31 October, 01:00 UTC.
core::Seconds berlin_of_2027(core::Time time) {
  const bool is_summer = time >= test::moment_of("2027-03-28T01:00:00Z") &&
                         time < test::moment_of("2027-10-31T01:00:00Z");
  return core::Seconds(is_summer ? 7200 : 3600);
}
/// Cuba sets its clocks at midnight: on 14 March 2027 there is none, the day begins at one.
core::Seconds havana_of_2027(core::Time time) {
  return core::Seconds(time >= test::moment_of("2027-03-14T05:00:00Z") ? -14400 : -18000);
}

}  // namespace

TEST_CASE("period: the last whole day, week and month", "[usage]") {
  struct Row {
    Period period;
    std::string_view now;
    std::string_view since;
    std::string_view until;
  };
  const std::vector<Row> rows{
      {Period::day, "2027-01-05T12:00:00Z", "2027-01-03T23:00:00Z", "2027-01-04T23:00:00Z"},
      // Half past midnight at the place, the day before in UTC.
      {Period::day, "2027-01-04T23:30:00Z", "2027-01-03T23:00:00Z", "2027-01-04T23:00:00Z"},
      {Period::day, "2027-03-29T12:00:00Z", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"},
      // Monday, Sunday, and the Sunday on which it is Monday at the place.
      {Period::week, "2027-01-04T07:00:00Z", "2026-12-27T23:00:00Z", "2027-01-03T23:00:00Z"},
      {Period::week, "2027-01-10T12:00:00Z", "2026-12-27T23:00:00Z", "2027-01-03T23:00:00Z"},
      {Period::week, "2027-01-10T23:30:00Z", "2027-01-03T23:00:00Z", "2027-01-10T23:00:00Z"},
      {Period::week, "2027-04-01T12:00:00Z", "2027-03-21T23:00:00Z", "2027-03-28T22:00:00Z"},
      {Period::month, "2027-01-01T00:00:00Z", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"},
      {Period::month, "2027-03-31T12:00:00Z", "2027-01-31T23:00:00Z", "2027-02-28T23:00:00Z"},
      {Period::month, "2027-04-30T12:00:00Z", "2027-02-28T23:00:00Z", "2027-03-31T22:00:00Z"}};
  for (const Row& row : rows) {
    CAPTURE(name_of(row.period), row.now);
    const Span span = last_whole(row.period, test::moment_of(row.now), berlin_of_2027);
    CHECK(span == Span{test::moment_of(row.since), test::moment_of(row.until)});
    const Span before = one_before(row.period, span, berlin_of_2027);
    CHECK(before.until == span.since);
    CHECK(before == last_whole(row.period, span.since, berlin_of_2027));
  }
  const Span havana =
      last_whole(Period::day, test::moment_of("2027-03-15T12:00:00Z"), havana_of_2027);
  CHECK(havana ==
        Span{test::moment_of("2027-03-14T05:00:00Z"), test::moment_of("2027-03-15T04:00:00Z")});
}

TEST_CASE("period: reports are due at eight o'clock of the first day", "[usage]") {
  struct Row {
    Period period;
    std::string_view last;  ///< empty: never
    std::string_view now;
    bool is_due;
  };
  const std::vector<Row> rows{
      {Period::day, "", "2027-01-06T03:00:00Z", true},
      {Period::day, "2027-01-05T07:00:00Z", "2027-01-06T06:59:59Z", false},
      {Period::day, "2027-01-05T07:00:00Z", "2027-01-06T07:00:00Z", true},
      // 4 January 2027 is a Monday.
      {Period::week, "2026-12-28T07:00:00Z", "2027-01-04T06:59:59Z", false},
      {Period::week, "2026-12-28T07:00:00Z", "2027-01-04T07:00:00Z", true},
      {Period::week, "2027-01-04T07:00:00Z", "2027-01-10T23:00:00Z", false},
      {Period::week, "2026-12-28T07:00:00Z", "2027-01-08T12:00:00Z", true},  // it was off on Monday
      {Period::week, "", "2027-01-05T12:00:00Z", false},
      {Period::week, "", "2027-01-04T12:00:00Z", true},
      {Period::month, "2026-12-01T07:00:00Z", "2027-01-01T06:59:59Z", false},
      {Period::month, "2026-12-01T07:00:00Z", "2027-01-01T07:00:00Z", true},
      {Period::month, "2027-01-01T07:00:00Z", "2027-01-31T23:59:59Z", false},
      {Period::month, "", "2027-01-15T12:00:00Z", false},
      {Period::month, "", "2027-02-01T12:00:00Z", true},
      {Period::month, "2028-01-01T07:00:00Z", "2027-02-15T12:00:00Z", true}};  // was ahead
  for (const Row& row : rows) {
    CAPTURE(name_of(row.period), row.last, row.now);
    const auto last = row.last.empty() ? std::optional<core::Time>()
                                       : std::optional<core::Time>(test::moment_of(row.last));
    CHECK(is_report_due(row.period, test::moment_of(row.now), last, berlin_of_2027) == row.is_due);
  }
}

TEST_CASE("period: a month's report waits for eight where the clock is set that night", "[usage]") {
  // New York, 1 November 2026: back from two to one at 06:00 UTC.
  const auto new_york = [](core::Time time) {
    return core::Seconds(time >= test::moment_of("2026-11-01T06:00:00Z") ? -18000 : -14400);
  };
  const core::Time last = test::moment_of("2026-10-01T12:00:00Z");
  CHECK_FALSE(
      is_report_due(Period::month, test::moment_of("2026-11-01T12:59:59Z"), last, new_york));
  CHECK(is_report_due(Period::month, test::moment_of("2026-11-01T13:00:00Z"), last, new_york));
}

TEST_CASE("period: names", "[usage]") {
  CHECK(parse_period("week") == Period::week);
  CHECK(parse_period("year").error() ==
        core::Fault{core::ExitCode::usage, "'year' is no period", "day, week or month"});
}

}  // namespace trunkline::usage
