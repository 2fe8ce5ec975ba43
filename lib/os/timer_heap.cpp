// SPDX-License-Identifier: MIT
#include "os/timer_heap.h"

#include <cassert>

namespace trunkline::os {

bool TimerHeap::is_earlier(const HeapTimer& left, const HeapTimer& right) noexcept {
  return left.due_ != right.due_ ? left.due_ < right.due_ : left.order_ < right.order_;
}

void TimerHeap::add(HeapTimer& timer, core::SteadyTime due) {
  assert(!timer.is_scheduled());
  timers_.push_back(&timer);
  timer.due_ = due;
  timer.order_ = additions_++;
  timer.place_ = timers_.size() - 1;
  move_up(timer.place_);
}

void TimerHeap::remove(HeapTimer& timer) noexcept {
  if (!timer.is_scheduled()) return;
  const std::size_t place = timer.place_;
  HeapTimer& last = *timers_.back();
  timers_.pop_back();
  timer.place_ = HeapTimer::kNowhere;
  if (&last == &timer) return;
  put(last, place);
  move_up(place);
  move_down(last.place_);
}

std::optional<core::SteadyTime> TimerHeap::next_due() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.front()->due_;
}

HeapTimer* TimerHeap::take_due(core::SteadyTime now, std::uint64_t before) noexcept {
  if (timers_.empty()) return nullptr;
  HeapTimer* const first = timers_.front();
  if (first->due_ > now || first->order_ >= before) return nullptr;
  remove(*first);
  return first;
}

void TimerHeap::put(HeapTimer& timer, std::size_t place) noexcept {
  timers_[place] = &timer;
  timer.place_ = place;
}

void TimerHeap::move_up(std::size_t place) noexcept {
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (!is_earlier(*timers_[place], *timers_[parent])) return;
    HeapTimer& risen = *timers_[place];
    put(*timers_[parent], place);
    put(risen, parent);
    place = parent;
  }
}

void TimerHeap::move_down(std::size_t place) noexcept {
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= timers_.size()) return;
    if (child + 1 < timers_.size() && is_earlier(*timers_[child + 1], *timers_[child])) ++child;
    if (!is_earlier(*timers_[child], *timers_[place])) return;
    HeapTimer& sunk = *timers_[place];
    put(*timers_[child], place);
    put(sunk, child);
    place = child;
  }
}

}  // namespace trunkline::os
