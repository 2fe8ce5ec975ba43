// SPDX-License-Identifier: MIT
#include "retention/due.h"

#include <catch2/catch.hpp>

#include "support/local_zone.h"
#include "support/moment.h"

namespace trunkline::retention {
namespace {

/// When an hourly timer that runs at a quarter past finds a sweep due, from noon to noon.
std::vector<std::string> sweeps(std::string_view from, std::string_view until,
                                std::string_view last) {
  std::vector<std::string> found;
  core::Time before = test::moment_of(last);
  for (core::Time now = test::moment_of(from); now < test::moment_of(until);
       now += std::chrono::hours(1)) {
    if (!is_due(now, before, local_zone)) continue;
    found.push_back(core::to_rfc3339(now).substr(0, 16) + "Z");
    before = now;
  }
  return found;
}

using Moments = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "a sweep is due once a day, from two o'clock on, on the days of a change of the clock too",
    "[retention]") {
  struct Case {
    const char* what;
    const char* zone;
    const char* from;
    const char* until;
    Moments due;
  };
  const std::vector<Case> cases{
      {"Berlin, an ordinary night",
       "Europe/Berlin",
       "2026-11-20T11:15:00Z",
       "2026-11-21T11:15:00Z",
       {"2026-11-21T01:15Z"}},
      // 02:00 CET does not exist: it is 03:00 CEST at 01:00 UTC.
      {"Berlin, spring",
       "Europe/Berlin",
       "2027-03-27T11:15:00Z",
       "2027-03-28T11:15:00Z",
       {"2027-03-28T01:15Z"}},
      {"Berlin, the night after",
       "Europe/Berlin",
       "2027-03-28T11:15:00Z",
       "2027-03-29T11:15:00Z",
       {"2027-03-29T00:15Z"}},
      // 02:00 is at 00:00 UTC (CEST) and again at 01:00 UTC (CET).
      {"Berlin, autumn",
       "Europe/Berlin",
       "2026-10-24T11:15:00Z",
       "2026-10-25T11:15:00Z",
       {"2026-10-25T00:15Z"}},
      {"New York, an ordinary night",
       "America/New_York",
       "2026-11-20T16:15:00Z",
       "2026-11-21T16:15:00Z",
       {"2026-11-21T07:15Z"}},
      // 02:00 EST does not exist: it is 03:00 EDT at 07:00 UTC.
      {"New York, spring",
       "America/New_York",
       "2027-03-13T16:15:00Z",
       "2027-03-14T16:15:00Z",
       {"2027-03-14T07:15Z"}},
      // 01:00 is there twice, 02:00 once, at 07:00 UTC.
      {"New York, autumn",
       "America/New_York",
       "2026-10-31T16:15:00Z",
       "2026-11-01T16:15:00Z",
       {"2026-11-01T07:15Z"}},
      {"UTC",
       "UTC",
       "2026-11-20T11:15:00Z",
       "2026-11-22T11:15:00Z",
       {"2026-11-21T02:15Z", "2026-11-22T02:15Z"}},
  };
  for (const Case& one : cases) {
    INFO(one.what);
    const test::LocalZone zone(one.zone);
    CHECK(sweeps(one.from, one.until, one.from) == one.due);
  }
}

TEST_CASE("a sweep that was missed is due at once, and a last one that lies ahead is none",
          "[retention]") {
  const test::LocalZone zone("Europe/Berlin");
  const core::Time now = test::moment_of("2026-11-21T15:00:00Z");
  CHECK(is_due(now, std::nullopt, local_zone));
  CHECK(is_due(now, test::moment_of("2026-11-21T00:59:59Z"), local_zone));
  CHECK_FALSE(is_due(now, test::moment_of("2026-11-21T01:00:00Z"), local_zone));
  CHECK_FALSE(is_due(now, now, local_zone));
  // The clock was put back by a minute since, or it had been a year ahead.
  CHECK_FALSE(is_due(now, now + std::chrono::minutes(1), local_zone));
  CHECK(is_due(now, test::moment_of("2027-11-21T15:00:00Z"), local_zone));
}

TEST_CASE("the next sweep is due at two o'clock", "[retention]") {
  struct Case {
    const char* zone;
    const char* now;
    const char* next;
  };
  const std::vector<Case> cases{
      {"Europe/Berlin", "2026-11-21T15:00:30Z", "2026-11-22T01:00:00Z"},
      {"Europe/Berlin", "2026-11-21T00:59:59Z", "2026-11-21T01:00:00Z"},
      {"Europe/Berlin", "2027-03-27T15:00:00Z", "2027-03-28T01:00:00Z"},
      {"Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"},
      {"America/New_York", "2027-03-13T15:00:00Z", "2027-03-14T07:00:00Z"},
      {"Asia/Kathmandu", "2026-11-21T15:00:00Z", "2026-11-21T20:15:00Z"},
  };
  for (const Case& one : cases) {
    INFO(one.zone << " " << one.now);
    const test::LocalZone zone(one.zone);
    CHECK(next_due(test::moment_of(one.now), local_zone) == test::moment_of(one.next));
  }
}

}  // namespace trunkline::retention
