// SPDX-License-Identifier: MIT
#pragma once

// A clock that stands still until it is told. Its two times move apart as those of a machine whose
// wall clock is set.

#include "core/time.h"

namespace trunkline::test {

class FakeClock final : public core::Clock {
 public:
  /// 2026-11-21T08:00:00Z, and an hour after the machine started.
  FakeClock() = default;
  explicit FakeClock(core::Time wall) : wall_(wall) {}

  core::Time wall() const override { return wall_; }
  core::SteadyTime steady() const override { return steady_; }

  /// Time passes.
  void advance(core::Microseconds by) {
    wall_ += by;
    steady_ += by;
  }
  /// Somebody sets the wall clock; no time passes.
  void step_wall(core::Microseconds by) { wall_ += by; }

 private:
  core::Time wall_ = core::parse_rfc3339("2026-11-21T08:00:00Z").value();
  core::SteadyTime steady_{std::chrono::hours(1)};
};

}  // namespace trunkline::test
