// SPDX-License-Identifier: MIT
#include "cdr/calendar.h"

#include <catch2/catch.hpp>

#include "support/local_zone.h"
#include "support/moment.h"

namespace trunkline::cdr {
namespace {

/// "2026-10-24T22:00Z 2026-10-25", a unit each.
std::vector<std::string> units(Unit unit, const char* since, const char* until) {
  std::vector<std::string> told;
  const auto starts = starts_of(unit, test::moment_of(since), test::moment_of(until)).value();
  for (const core::Time start : starts)
    told.push_back(core::to_rfc3339(start).substr(0, 16) + "Z " + label_of(unit, start));
  return told;
}

using Told = std::vector<std::string>;

TEST_CASE("days are local, 23 and 25 hours long where the clock is changed", "[cdr]") {
  const test::LocalZone berlin("Europe/Berlin");
  CHECK(units(Unit::day, "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z") ==
        Told{"2026-03-27T23:00Z 2026-03-28", "2026-03-28T23:00Z 2026-03-29",
             "2026-03-29T22:00Z 2026-03-30"});
  CHECK(units(Unit::day, "2026-10-24T22:00:00Z", "2026-10-26T00:00:00Z") ==
        Told{"2026-10-24T22:00Z 2026-10-25", "2026-10-25T23:00Z 2026-10-26"});
  const test::LocalZone york("America/New_York");
  CHECK(units(Unit::day, "2026-03-08T05:00:00Z", "2026-03-09T04:00:01Z") ==
        Told{"2026-03-08T05:00Z 2026-03-08", "2026-03-09T04:00Z 2026-03-09"});
}

TEST_CASE("an hour that comes twice is two, and one that does not come is none", "[cdr]") {
  const test::LocalZone berlin("Europe/Berlin");
  CHECK(units(Unit::hour, "2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z") ==
        Told{"2026-10-24T23:00Z 2026-10-25 01:00 +0200", "2026-10-25T00:00Z 2026-10-25 02:00 +0200",
             "2026-10-25T01:00Z 2026-10-25 02:00 +0100"});
  CHECK(
      units(Unit::hour, "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z") ==
      Told{"2026-03-29T00:00Z 2026-03-29 01:00 +0100", "2026-03-29T01:00Z 2026-03-29 03:00 +0200"});
}

TEST_CASE("a day begins when it does, though its midnight is missing or comes twice", "[cdr]") {
  {
    const test::LocalZone beirut("Asia/Beirut");  // 2021-03-28: from 00:00 to 01:00
    CHECK(units(Unit::day, "2021-03-27T12:00:00Z", "2021-03-28T12:00:00Z") ==
          Told{"2021-03-26T22:00Z 2021-03-27", "2021-03-27T22:00Z 2021-03-28"});
  }
  const test::LocalZone havana("America/Havana");  // 2021-11-07: from 01:00 to 00:00
  CHECK(units(Unit::day, "2021-11-07T12:00:00Z", "2021-11-08T12:00:00Z") ==
        Told{"2021-11-07T04:00Z 2021-11-07", "2021-11-08T05:00Z 2021-11-08"});
}

TEST_CASE("hours of places that are half an hour off begin at their full hours", "[cdr]") {
  const test::LocalZone kolkata("Asia/Kolkata");
  CHECK(
      units(Unit::hour, "2026-11-21T08:00:00Z", "2026-11-21T09:00:00Z") ==
      Told{"2026-11-21T07:30Z 2026-11-21 13:00 +0530", "2026-11-21T08:30Z 2026-11-21 14:00 +0530"});
}

TEST_CASE("weeks begin on Monday, months on their first", "[cdr]") {
  const test::LocalZone utc("UTC");
  CHECK(units(Unit::week, "2026-12-30T00:00:00Z", "2027-01-05T00:00:00Z") ==
        Told{"2026-12-28T00:00Z 2026-W53", "2027-01-04T00:00Z 2027-W01"});
  CHECK(
      units(Unit::month, "2026-12-31T00:00:00Z", "2027-02-01T00:00:01Z") ==
      Told{"2026-12-01T00:00Z 2026-12", "2027-01-01T00:00Z 2027-01", "2027-02-01T00:00Z 2027-02"});
  CHECK(units(Unit::month, "2026-12-31T00:00:00Z", "2026-12-31T00:00:00Z") ==
        Told{"2026-12-01T00:00Z 2026-12"});
}

TEST_CASE("a hundred thousand pieces are enough", "[cdr]") {
  CHECK(starts_of(Unit::hour, test::moment_of("1990-01-01T00:00:00Z"),
                  test::moment_of("2026-01-01T00:00:00Z"))
            .error() == core::Fault{core::ExitCode::usage,
                                    "cannot report so long a time by so short a piece",
                                    "take a later --since, or days instead of hours"});
  CHECK(parse_unit("month") == Unit::month);
  CHECK_FALSE(parse_unit("year"));
}

}  // namespace
}  // namespace trunkline::cdr
