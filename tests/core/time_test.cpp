// SPDX-License-Identifier: MIT
#include "core/time.h"

#include <catch2/catch.hpp>
#include <vector>

namespace trunkline::core {
namespace {

using std::chrono::hours;

TEST_CASE("a moment is written in RFC 3339 and read back the same", "[core]") {
  const Time moment = from_microseconds(1'795'248'000'000'001);
  CHECK(to_rfc3339(moment) == "2026-11-21T08:00:00.000001Z");
  CHECK(parse_rfc3339("2026-11-21T08:00:00.000001Z") == moment);
  CHECK(to_microseconds(moment) == 1'795'248'000'000'001);
  CHECK(to_rfc3339(from_microseconds(-1)) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("offsets, fractions and spellings of RFC 3339 are understood", "[core]") {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"2026-11-21T08:00:00Z", "2026-11-21T08:00:00.000000Z"},
      {"2026-11-21t08:00:00z", "2026-11-21T08:00:00.000000Z"},
      {"2026-11-21 08:00:00Z", "2026-11-21T08:00:00.000000Z"},
      {"2026-11-21T09:30:00+01:30", "2026-11-21T08:00:00.000000Z"},
      {"2026-11-20T23:00:00-09:00", "2026-11-21T08:00:00.000000Z"},
      {"2026-11-21T08:00:00.1234567899Z", "2026-11-21T08:00:00.123456Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto moment = parse_rfc3339(text);
    REQUIRE(moment);
    CHECK(to_rfc3339(*moment) == expected);
  }
}

TEST_CASE("what is no moment is refused", "[core]") {
  for (const std::string_view text :
       {"", "yesterday", "2026-11-21", "2026-11-21T08:00", "2026-11-21T08:00:00",
        "2026-11-21T08:00:00+0100", "2026-11-21T08:00:00Zx", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T08:60:00Z",
        "2026/11/21T08:00:00Z", "-026-11-21T08:00:00Z"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("a duration has a unit and is written in its shortest exact form", "[core]") {
  struct Case {
    std::string_view text;
    Milliseconds length;
    std::string_view shown;
  };
  for (const Case& row : std::vector<Case>{{"0ms", Milliseconds(0), "0s"},
                                           {"250ms", Milliseconds(250), "250ms"},
                                           {"30s", Seconds(30), "30s"},
                                           {"60s", Seconds(60), "1m"},
                                           {"90s", Seconds(90), "90s"},
                                           {"2h", hours(2), "2h"},
                                           {"48h", hours(48), "2d"}}) {
    INFO(row.text);
    const auto duration = parse_duration(row.text);
    REQUIRE(duration);
    CHECK(*duration == row.length);
    CHECK(to_text(*duration) == row.shown);
  }
  for (const std::string_view text : {"", "30", "s", "-1s", "1.5s", "30 s", "1S", "1w",
                                      "99999999999999999999s", "9223372036854775807d"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a length of talk is shown as on a clock", "[core]") {
  CHECK(to_clock_text(Seconds(7)) == "0:07");
  CHECK(to_clock_text(Seconds(754)) == "12:34");
  CHECK(to_clock_text(Seconds(3723)) == "1:02:03");
  CHECK(to_clock_text(hours(100)) == "100:00:00");
}

}  // namespace
}  // namespace trunkline::core
