// SPDX-License-Identifier: MIT
#include "backup/keep.h"

#include <catch2/catch.hpp>

#include "core/text.h"
#include "support/local_zone.h"
#include "support/moment.h"

namespace trunkline::backup {
namespace {

std::vector<Dated> dated(const std::vector<std::string>& times) {
  std::vector<Dated> all;
  for (const std::string& time : times) {
    const core::Time moment = test::moment_of(time);
    all.push_back({.name = time.substr(5, 8), .at = moment, .day = local_day(moment)});
  }
  return all;
}

/// "11-30T01 newest+daily" ..., newest first; what goes has nothing behind it.
std::vector<std::string> decided(const std::vector<std::string>& times, const KeepRules& rules) {
  std::vector<std::string> words;
  for (const Fate& fate : decide(dated(times), rules))
    words.push_back(fate.is_kept() ? fate.name + " " + core::join(fate.why, "+") : fate.name);
  return words;
}

using Words = std::vector<std::string>;

TEST_CASE("keep: the last of each day, week and month, as many as have one", "[backup]") {
  const test::LocalZone zone("UTC");
  struct Case {
    const char* about;
    Words times;
    KeepRules rules;
    Words expected;
  };
  const std::vector<Case> table{
      {"nothing", {}, {}, {}},
      {"the newest stays, whatever the rules say",
       {"2026-11-30T01:00:00Z", "2026-11-29T01:00:00Z"},
       {.daily = 0, .weekly = 0, .monthly = 0},
       {"11-30T01 newest", "11-29T01"}},
      {"of a day the last",
       {"2026-11-30T01:00:00Z", "2026-11-30T13:00:00Z", "2026-11-29T01:00:00Z"},
       {.daily = 2, .weekly = 0, .monthly = 0},
       {"11-30T13 newest+daily", "11-30T01", "11-29T01 daily"}},
      {"days without one do not count",
       {"2026-11-30T01:00:00Z", "2026-11-02T01:00:00Z", "2026-10-01T01:00:00Z"},
       {.daily = 3, .weekly = 0, .monthly = 0},
       {"11-30T01 newest+daily", "11-02T01 daily", "10-01T01 daily"}},
      {"weeks begin on Monday: the 29th was a Sunday",
       {"2026-11-30T01:00:00Z", "2026-11-29T01:00:00Z", "2026-11-23T01:00:00Z",
        "2026-11-22T01:00:00Z"},
       {.daily = 0, .weekly = 3, .monthly = 0},
       {"11-30T01 newest+weekly", "11-29T01 weekly", "11-23T01", "11-22T01 weekly"}},
      {"a week over the year's end is one week",
       {"2027-01-02T01:00:00Z", "2026-12-28T01:00:00Z", "2026-12-27T01:00:00Z"},
       {.daily = 0, .weekly = 2, .monthly = 0},
       {"01-02T01 newest+weekly", "12-28T01", "12-27T01 weekly"}},
      {"months, over a year's end",
       {"2027-01-01T01:00:00Z", "2026-12-31T01:00:00Z", "2026-12-01T01:00:00Z",
        "2026-01-15T01:00:00Z"},
       {.daily = 0, .weekly = 0, .monthly = 3},
       {"01-01T01 newest+monthly", "12-31T01 monthly", "12-01T01", "01-15T01 monthly"}},
      {"one may be kept by several",
       {"2026-11-30T01:00:00Z"},
       {},
       {"11-30T01 newest+daily+weekly+monthly"}},
      {"a clock that was a year ahead takes one place, and nothing else goes for it",
       {"2027-11-30T01:00:00Z", "2026-11-30T01:00:00Z", "2026-11-29T01:00:00Z"},
       {.daily = 3, .weekly = 0, .monthly = 0},
       {"11-30T01 newest+daily", "11-30T01 daily", "11-29T01 daily"}},
  };
  for (const Case& one : table) {
    INFO(one.about);
    CHECK(decided(one.times, one.rules) == one.expected);
  }
}

TEST_CASE("keep: half a year of daily backups leaves 7, 4 and 6", "[backup]") {
  const test::LocalZone zone("UTC");
  Words times;
  for (int day = 0; day < 240; ++day)
    times.push_back(
        core::to_rfc3339(test::moment_of("2026-04-05T03:30:00Z") + std::chrono::hours(24 * day)));
  const auto fates = decide(dated(times), {});
  const auto count = [&](const std::string& why) {
    return std::count_if(fates.begin(), fates.end(), [&](const Fate& fate) {
      return std::find(fate.why.begin(), fate.why.end(), why) != fate.why.end();
    });
  };
  CHECK(count("daily") == 7);
  CHECK(count("weekly") == 4);
  CHECK(count("monthly") == 6);
  CHECK(std::count_if(fates.begin(), fates.end(),
                      [](const Fate& fate) { return fate.is_kept(); }) <= 7 + 4 + 6);
}

TEST_CASE("keep: a day is a day of the zone, on both days that clocks change", "[backup]") {
  const KeepRules daily{.daily = 7, .weekly = 0, .monthly = 0};
  SECTION("Berlin, spring: 02:00 does not exist on the 28th") {
    const test::LocalZone zone("Europe/Berlin");
    CHECK(decided({"2027-03-27T01:30:00Z", "2027-03-28T00:59:00Z", "2027-03-28T01:01:00Z",
                   "2027-03-28T22:30:00Z"},
                  daily) ==
          Words{"03-28T22 newest+daily", "03-28T01 daily", "03-28T00", "03-27T01 daily"});
  }
  SECTION("Berlin, autumn: 02:30 happens twice on the 31st, and it is one day") {
    const test::LocalZone zone("Europe/Berlin");
    CHECK(decided({"2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", "2027-10-30T21:30:00Z"},
                  daily) == Words{"10-31T01 newest+daily", "10-31T00", "10-30T21 daily"});
  }
  SECTION("New York, spring and autumn") {
    const test::LocalZone zone("America/New_York");
    CHECK(decided({"2027-03-14T04:59:00Z", "2027-03-14T06:59:00Z", "2027-03-14T07:01:00Z",
                   "2027-03-15T03:59:00Z"},
                  daily) ==
          Words{"03-15T03 newest+daily", "03-14T07", "03-14T06", "03-14T04 daily"});
    CHECK(decided({"2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z", "2027-11-08T04:59:00Z"},
                  daily) == Words{"11-08T04 newest+daily", "11-07T06", "11-07T05"});
  }
}

TEST_CASE("keep: a backup's name is its time, and sorts by it", "[backup]") {
  CHECK(name_of(test::moment_of("2026-11-30T01:15:07.999Z")) == "2026-11-30T011507Z");
  CHECK(time_of("2026-11-30T011507Z") == test::moment_of("2026-11-30T01:15:07Z"));
  CHECK(name_of(test::moment_of("2026-11-30T23:59:59Z")) <
        name_of(test::moment_of("2026-12-01T00:00:00Z")));
  for (const char* const other :
       {"", "2026-11-30", "2026-11-30T011507Z.part", "2026-13-30T011507Z", "2026-11-30T251507Z",
        "lost+found", "2026-11-30T01:15:0Z", "2026-11-30t011507Z"}) {
    INFO(other);
    CHECK_FALSE(time_of(other).has_value());
  }
}

}  // namespace
}  // namespace trunkline::backup
