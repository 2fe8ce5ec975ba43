// SPDX-License-Identifier: MIT
#include "os/timer_heap.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

namespace trunkline::os {
namespace {

core::SteadyTime at(int ms) {
  return core::SteadyTime{} + core::Milliseconds(ms);
}

std::vector<HeapTimer*> take_all(TimerHeap& heap, core::SteadyTime now) {
  std::vector<HeapTimer*> taken;
  while (HeapTimer* const timer = heap.take_due(now, heap.additions())) taken.push_back(timer);
  return taken;
}

TEST_CASE("timer heap: gives what is due, earliest first", "[os]") {
  TimerHeap heap;
  HeapTimer late, early, later;
  heap.add(late, at(20));
  heap.add(early, at(10));
  heap.add(later, at(30));
  CHECK(heap.next_due() == at(10));
  CHECK(take_all(heap, at(20)) == std::vector<HeapTimer*>{&early, &late});
  CHECK_FALSE(early.is_scheduled());
  CHECK(later.is_scheduled());
}

TEST_CASE("timer heap: equal times come in the order they were added", "[os]") {
  TimerHeap heap;
  std::vector<HeapTimer> timers(50);
  std::vector<HeapTimer*> expected;
  for (HeapTimer& timer : timers) {
    heap.add(timer, at(5));
    expected.push_back(&timer);
  }
  CHECK(take_all(heap, at(5)) == expected);
}

TEST_CASE("timer heap: one added while due ones are taken waits for the next turn", "[os]") {
  TimerHeap heap;
  HeapTimer first, second;
  heap.add(first, at(1));
  const std::uint64_t before = heap.additions();
  CHECK(heap.take_due(at(5), before) == &first);
  heap.add(second, at(1));
  CHECK(heap.take_due(at(5), before) == nullptr);
  CHECK(heap.take_due(at(5), heap.additions()) == &second);
}

TEST_CASE("timer heap: keeps its order under many additions and removals", "[os]") {
  std::mt19937 random(42);
  TimerHeap heap;
  std::vector<HeapTimer> timers(500);
  for (int step = 0; step < 20'000; ++step) {
    HeapTimer& timer = timers[random() % timers.size()];
    if (timer.is_scheduled())
      heap.remove(timer);
    else
      heap.add(timer, at(static_cast<int>(random() % 1000)));
  }
  const auto scheduled = static_cast<std::size_t>(std::count_if(
      timers.begin(), timers.end(), [](auto& timer) { return timer.is_scheduled(); }));
  CHECK(heap.size() == scheduled);
  const auto taken = take_all(heap, at(1000));
  CHECK(taken.size() == scheduled);
  CHECK(std::is_sorted(taken.begin(), taken.end(),
                       [](auto* left, auto* right) { return left->due() < right->due(); }));
}

}  // namespace
}  // namespace trunkline::os
