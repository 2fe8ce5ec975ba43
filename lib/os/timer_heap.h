// SPDX-License-Identifier: MIT
#pragma once

// Timers in the order they are due: O(log n) to add, remove and take, so that a timer per packet
// stream that is made anew all the time costs nothing but itself. Not thread-safe, knows no clock.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"

namespace trunkline::os {

/// What the heap orders; owned by others and removed before it dies.
class HeapTimer {
 public:
  bool is_scheduled() const noexcept { return place_ != kNowhere; }
  core::SteadyTime due() const noexcept { return due_; }

 private:
  friend class TimerHeap;
  static constexpr std::size_t kNowhere = SIZE_MAX;

  core::SteadyTime due_{};
  std::uint64_t order_ = 0;  ///< equal times fire in the order they were added
  std::size_t place_ = kNowhere;
};

class TimerHeap {
 public:
  /// The timer must not be scheduled already.
  void add(HeapTimer& timer, core::SteadyTime due);
  /// Removing one that is not scheduled does nothing.
  void remove(HeapTimer& timer) noexcept;

  std::optional<core::SteadyTime> next_due() const;
  /// Removes and returns the earliest timer that is due at `now` and was added before the heap's
  /// count of additions reached `before`; nothing if there is none. A timer that always adds itself
  /// anew cannot keep the caller busy for ever.
  HeapTimer* take_due(core::SteadyTime now, std::uint64_t before) noexcept;
  std::uint64_t additions() const noexcept { return additions_; }
  std::size_t size() const noexcept { return timers_.size(); }

 private:
  static bool is_earlier(const HeapTimer& left, const HeapTimer& right) noexcept;
  void put(HeapTimer& timer, std::size_t place) noexcept;
  void move_up(std::size_t place) noexcept;
  void move_down(std::size_t place) noexcept;

  std::vector<HeapTimer*> timers_;
  std::uint64_t additions_ = 0;
};

}  // namespace trunkline::os
