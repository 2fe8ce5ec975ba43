// SPDX-License-Identifier: MIT
#include "alert/alert.h"

#include <catch2/catch.hpp>
#include <vector>

#include "support/fake_clock.h"

namespace trunkline::alert {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Step {
  core::Microseconds later;  ///< since the step before
  Level level;
  bool is_told;
};

void walk(const std::vector<Step>& steps, Nature nature, core::Milliseconds repeat_after) {
  test::FakeClock clock;
  State state;
  int number = 0;
  for (const Step& step : steps) {
    clock.step_wall(step.later);
    INFO("step " << ++number);
    CHECK(decide(state,
                 {.key = "k", .level = step.level, .nature = nature, .repeat_after = repeat_after},
                 clock.wall()) == step.is_told);
  }
}

}  // namespace

TEST_CASE("alert: a level is told once a day, a rise at once, the return once", "[alert]") {
  using enum Level;
  SECTION("the same level") {
    walk({{hours(0), normal, false},
          {hours(1), warning, true},
          {hours(1), warning, false},
          {hours(22), warning, false},
          {hours(1), warning, true},
          {hours(23), warning, false}},
         Nature::condition, kRepeatAfter);
  }
  SECTION("a rise, however soon") {
    walk({{hours(0), warning, true},
          {minutes(1), critical, true},
          {minutes(1), emergency, true},
          {minutes(1), emergency, false}},
         Nature::condition, kRepeatAfter);
  }
  SECTION("down to a level that was told today, and up again") {
    walk({{hours(0), warning, true},
          {hours(1), emergency, true},
          {hours(1), warning, false},
          {hours(1), critical, true},
          {hours(1), warning, false},
          {hours(21), warning, true}},
         Nature::condition, kRepeatAfter);
  }
  SECTION("down to a level that was not told") {
    walk({{hours(0), emergency, true}, {hours(1), critical, true}, {hours(1), critical, false}},
         Nature::condition, kRepeatAfter);
  }
  SECTION("the return to normal, and a new beginning") {
    walk({{hours(0), critical, true},
          {hours(1), normal, true},
          {hours(1), normal, false},
          {hours(1), warning, true},
          {hours(1), normal, true}},
         Nature::condition, kRepeatAfter);
  }
  SECTION("what a clock ahead has told holds nothing back") {
    walk({{hours(24 * 365), warning, true},
          {-hours(24 * 365), warning, true},
          {hours(1), warning, false}},
         Nature::condition, kRepeatAfter);
  }
}

TEST_CASE("alert: incidents are told again after their time, or when they are worse", "[alert]") {
  using enum Level;
  walk({{minutes(0), warning, true},
        {minutes(5), warning, false},
        {minutes(1), critical, true},
        {minutes(1), warning, false},
        {minutes(8), critical, false},
        {minutes(1), critical, true}},
       Nature::incident, minutes(10));
}

TEST_CASE("alert: levels and headlines are words", "[alert]") {
  for (const Level level : {Level::normal, Level::warning, Level::critical, Level::emergency})
    CHECK(parse_level(name_of(level)) == level);
  CHECK(parse_level("loud").error() == core::Fault{core::ExitCode::usage, "'loud' is not a level",
                                                   "use normal, warning, critical or emergency"});
  CHECK(headline({.level = Level::critical, .subject = "it burns", .host = "pbx1"}) ==
        "CRITICAL: it burns (pbx1)");
  CHECK(headline({.level = Level::normal, .subject = "it is well", .host = "pbx1"}) ==
        "OK: it is well (pbx1)");
}

}  // namespace trunkline::alert
