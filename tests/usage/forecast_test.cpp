// SPDX-License-Identifier: MIT
#include "usage/forecast.h"

#include <catch2/catch.hpp>

#include "retention/due.h"
#include "support/moment.h"
#include "usage/capacity.h"

namespace trunkline::usage {
namespace {

using std::chrono::hours;

retention::Item recording(const core::TenantId& tenant, int days_ago, std::int64_t bytes) {
  const core::Time ended = test::moment_of("2026-11-30T00:00:00Z") - hours(24 * days_ago);
  return {.kind = retention::Kind::recording,
          .id = core::Uuid::make(ended),
          .tenant = tenant,
          .began_at = ended,
          .ended_at = ended,
          .bytes = bytes};
}

}  // namespace

TEST_CASE("forecast: levels begin where the settings say", "[usage]") {
  const Quota quota{.bytes = 1'000'000};
  struct Row {
    std::uint64_t used;
    int percent;
    alert::Level level;
  };
  static const std::vector<Row> kRows{
      {0, 0, alert::Level::normal},           {799'999, 79, alert::Level::normal},
      {800'000, 80, alert::Level::warning},   {899'999, 89, alert::Level::warning},
      {900'000, 90, alert::Level::critical},  {949'999, 94, alert::Level::critical},
      {950'000, 95, alert::Level::emergency}, {3'000'000, 300, alert::Level::emergency}};
  for (const Row& row : kRows) {
    CHECK(percent_of(row.used, quota) == row.percent);
    CHECK(level_of(row.used, quota) == row.level);
  }
  CHECK(percent_of(7, Quota{}) == 0);
}

TEST_CASE("forecast: one odd day does not turn the growth", "[usage]") {
  struct Row {
    std::vector<Point> points;
    std::optional<double> growth;
  };
  static const std::vector<Row> kRows{
      {{}, std::nullopt},
      {{{1, 10}, {2, 20}}, std::nullopt},
      {{{1, 10}, {1, 20}, {1, 30}}, std::nullopt},
      {{{1, 10}, {2, 20}, {3, 30}}, 10.0},
      {{{1, 30}, {2, 20}, {3, 10}}, -10.0},
      {{{1, 10}, {2, 20}, {3, 900}, {4, 40}, {5, 50}}, 10.0},
      // Days without a row count by their distance.
      {{{1, 10}, {5, 50}, {9, 90}}, 10.0},
      // An even number of slopes: the middle of the two in the middle.
      {{{1, 0}, {2, 10}, {3, 20}, {4, 90}}, 20.0}};
  for (const Row& row : kRows) CHECK(growth_per_day(row.points) == row.growth);
}

TEST_CASE("forecast: days until it is full", "[usage]") {
  CHECK(days_until_full(50, 100, 10.0) == 5);
  CHECK(days_until_full(51, 100, 10.0) == 4);
  CHECK(days_until_full(100, 100, 10.0) == 0);
  CHECK(days_until_full(120, 100, std::nullopt) == 0);
  CHECK(days_until_full(50, 100, 0.0) == std::nullopt);
  CHECK(days_until_full(50, 100, -1.0) == std::nullopt);
  CHECK(days_until_full(50, 100, std::nullopt) == std::nullopt);
  CHECK(days_until_full(0, 1'000'000'000'000, 0.001) == 3650);
}

TEST_CASE("what if: the change that frees most comes first, and what cannot change is left out",
          "[usage]") {
  const core::Time now = test::moment_of("2026-11-30T00:00:00Z");
  const auto acme = core::TenantId::make(test::moment_of("2026-01-01T00:00:00Z"));
  const auto duty = core::TenantId::make(test::moment_of("2026-01-02T00:00:00Z"));
  const auto none = core::TenantId::make(test::moment_of("2026-01-03T00:00:00Z"));
  const auto policy = [](const core::TenantId& tenant, std::string name,
                         std::optional<retention::Days> keep, bool is_duty) {
    return retention::Policy{.id = core::Uuid::make(test::moment_of("2026-02-01T00:00:00Z")),
                             .tenant = tenant,
                             .name = std::move(name),
                             .keep = keep,
                             .is_increase_only = is_duty};
  };
  retention::Rules rules{.policies = {policy(acme, "short", retention::Days(30), false),
                                      policy(duty, "duty", retention::Days(100), true)},
                         .fallback = retention::Days(90)};
  rules.holds.push_back({.tenant = none, .case_name = "case", .owner = "legal"});
  rules.holds.back().items = {core::Uuid::make(now)};

  WhatIf what_if(rules, now);
  what_if.take(recording(acme, 40, 1'000));  // due already
  what_if.take(recording(acme, 20, 200));
  what_if.take(recording(acme, 10, 50));  // stays at 15 days, too
  what_if.take(recording(duty, 80, 7'000));
  what_if.take(recording(none, 50, 500));
  retention::Item held = recording(none, 60, 9'000);
  held.id = rules.holds.back().items.front();
  what_if.take(held);
  const auto changes = what_if.changes();
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].policy == "retention.default_days");
  CHECK(changes[0].from == retention::Days(90));
  CHECK(changes[0].to == retention::Days(45));
  CHECK(changes[0].bytes == 500);
  CHECK(changes[0].recordings == 1);
  CHECK(changes[1].policy == "short");
  CHECK(changes[1].tenant == acme);
  CHECK(changes[1].to == retention::Days(15));
  CHECK(changes[1].bytes == 200);
}

TEST_CASE("capacity: calls a day, minutes and what a minute takes", "[usage]") {
  struct Row {
    std::uint64_t calls;
    double minutes;
    std::uint64_t gigabytes;
    std::uint64_t quota;
  };
  // At a megabyte a minute and 30 days.
  static const std::vector<Row> kRows{
      {100, 3, 9, 50}, {500, 5, 75, 150}, {1000, 5, 150, 300}, {5000, 5, 750, 1000}};
  for (const Row& row : kRows) {
    const std::uint64_t bytes = bytes_of(
        {.calls_per_day = row.calls, .minutes = row.minutes, .bytes_per_minute = 1'000'000});
    CHECK(bytes == row.gigabytes * 1'000'000'000);
    CHECK(quota_for(bytes) == row.quota * 1'000'000'000);
  }
  CHECK(bytes_per_minute("pcm", 1) == 960'000);
  CHECK(bytes_per_minute("pcm", 2) == 1'920'000);
  CHECK(bytes_per_minute("pcmu", 2) == 960'000);
  CHECK(bytes_per_minute("mp3", 1).error() ==
        core::Fault{core::ExitCode::usage, "no codec is called 'mp3'",
                    "use one of: pcmu, pcma, pcm, pcm-16k, flac, opus"});
}

TEST_CASE("daily: eight o'clock of the place, on the days the clock is set, too", "[usage]") {
  // Berlin and New York of 2027: to summer time on 28 and 14 March, back on 31 October and 7
  // November.
  const retention::Zone berlin = [](core::Time time) {
    const bool is_summer = time >= test::moment_of("2027-03-28T01:00:00Z") &&
                           time < test::moment_of("2027-10-31T01:00:00Z");
    return core::Seconds(is_summer ? 7200 : 3600);
  };
  const retention::Zone new_york = [](core::Time time) {
    const bool is_summer = time >= test::moment_of("2027-03-14T07:00:00Z") &&
                           time < test::moment_of("2027-11-07T06:00:00Z");
    return core::Seconds(is_summer ? -14400 : -18000);
  };
  struct Row {
    const retention::Zone& zone;
    std::string_view last;
    std::string_view now;
    bool is_due;
  };
  const std::vector<Row> rows{
      {berlin, "2027-03-27T07:00:00Z", "2027-03-28T05:59:59Z", false},
      {berlin, "2027-03-27T07:00:00Z", "2027-03-28T06:00:00Z", true},  // 08:00 summer time
      {berlin, "2027-03-28T06:00:00Z", "2027-03-28T07:00:00Z", false},
      {berlin, "2027-10-30T06:00:00Z", "2027-10-31T06:59:59Z", false},
      {berlin, "2027-10-30T06:00:00Z", "2027-10-31T07:00:00Z", true},  // 08:00 winter time
      {new_york, "2027-03-13T13:00:00Z", "2027-03-14T11:59:59Z", false},
      {new_york, "2027-03-13T13:00:00Z", "2027-03-14T12:00:00Z", true},
      {new_york, "2027-11-06T12:00:00Z", "2027-11-07T12:59:59Z", false},
      {new_york, "2027-11-06T12:00:00Z", "2027-11-07T13:00:00Z", true},
      {berlin, "2027-05-01T06:00:00Z", "2027-05-20T03:00:00Z", true},   // days without power
      {berlin, "2028-05-01T06:00:00Z", "2027-05-01T05:00:00Z", true}};  // a clock that was ahead
  for (const Row& row : rows) {
    CAPTURE(row.last, row.now);
    CHECK(retention::is_due(test::moment_of(row.now), test::moment_of(row.last), row.zone,
                            hours(8)) == row.is_due);
  }
  CHECK(retention::is_due(test::moment_of("2027-05-01T03:00:00Z"), std::nullopt, berlin, hours(8)));
}

}  // namespace trunkline::usage
