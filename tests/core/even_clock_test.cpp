// SPDX-License-Identifier: MIT
#include "core/even_clock.h"

#include <catch2/catch.hpp>

namespace trunkline::core {
namespace {

struct SetClock final : Clock {
  Time wall() const override { return wall_time; }
  SteadyTime steady() const override { return steady_time; }

  Time wall_time{Seconds(1'000'000)};
  SteadyTime steady_time{Seconds(5)};
};

}  // namespace

TEST_CASE("even clock: goes on evenly when the wall clock is set", "[core]") {
  SetClock clock;
  const EvenClock even(clock);
  CHECK(even.now() == clock.wall_time);
  CHECK(even.step() == Microseconds(0));

  clock.steady_time += Seconds(10);
  clock.wall_time += Seconds(10);
  CHECK(even.now() == Time(Seconds(1'000'010)));
  CHECK(even.step() == Microseconds(0));

  clock.wall_time -= Seconds(3600);
  CHECK(even.now() == Time(Seconds(1'000'010)));
  CHECK(even.step() == Seconds(-3600));
}

}  // namespace trunkline::core
