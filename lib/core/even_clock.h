// SPDX-License-Identifier: MIT
#pragma once

// Moments of the wall clock that run on evenly: what was the time when it began, and what has
// passed on the steady clock since. Deadlines by it are neither shortened nor put off when somebody
// sets the wall clock; records of them are moved by step() to what the wall clock has now.

#include "core/time.h"

namespace trunkline::core {

class EvenClock {
 public:
  /// The clock must outlive it.
  explicit EvenClock(const Clock& clock)
      : clock_(clock), wall_start_(clock.wall()), steady_start_(clock.steady()) {}

  Time now() const {
    return wall_start_ + std::chrono::duration_cast<Microseconds>(clock_.steady() - steady_start_);
  }
  /// By how much the wall clock was set since the beginning, and what reading two clocks takes.
  Microseconds step() const { return clock_.wall() - now(); }

 private:
  const Clock& clock_;
  Time wall_start_;
  SteadyTime steady_start_;
};

}  // namespace trunkline::core
