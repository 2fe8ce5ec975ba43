// SPDX-License-Identifier: MIT
#include "cdr/period.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/local_zone.h"
#include "support/moment.h"

namespace trunkline::cdr {
TEST_CASE("moments are read as people type them", "[cdr]") {
  const test::LocalZone berlin("Europe/Berlin");
  const core::Time now = test::moment_of("2026-11-21T08:30:00Z");
  const std::vector<std::pair<std::string, std::string>> table{
      {"now", "2026-11-21T08:30:00.000000Z"},
      {"today", "2026-11-20T23:00:00.000000Z"},
      {"yesterday", "2026-11-19T23:00:00.000000Z"},
      {"2h", "2026-11-21T06:30:00.000000Z"},
      {"7d", "2026-11-14T08:30:00.000000Z"},
      {"2026-07-01", "2026-06-30T22:00:00.000000Z"},  // summer time
      {"2026-11-21 08:00", "2026-11-21T07:00:00.000000Z"},
      {"2026-11-21T08:00:05", "2026-11-21T07:00:05.000000Z"},
      {"2026-11-21T08:00:00+05:00", "2026-11-21T03:00:00.000000Z"},
      {"2026-11-21T08:00:00Z", "2026-11-21T08:00:00.000000Z"}};
  for (const auto& [text, wanted] : table) {
    CAPTURE(text);
    const auto read = parse_when(text, now);
    REQUIRE(read);
    CHECK(core::to_rfc3339(*read) == wanted);
  }
}

TEST_CASE("days are local also when the clock changed that day", "[cdr]") {
  const test::LocalZone berlin("Europe/Berlin");
  // Summer time ended on 2026-10-25 at 03:00: the day has 25 hours.
  const core::Time now = test::moment_of("2026-10-26T12:00:00Z");
  CHECK(core::to_rfc3339(parse_when("yesterday", now).value()) == "2026-10-24T22:00:00.000000Z");
}

TEST_CASE("what is no moment is told with examples", "[cdr]") {
  for (const std::string text : {"", "yestrday", "12", "2026-13-01x", "21.11.2026", "2h ago"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_when(text, core::Time{}));
  }
  CHECK(parse_when("yestrday", core::Time{}).error() ==
        core::Fault{core::ExitCode::usage, "cannot read time 'yestrday'",
                    "try: today, yesterday, 2h, 2026-11-21, \"2026-11-21 08:00\""});
}

}  // namespace trunkline::cdr
