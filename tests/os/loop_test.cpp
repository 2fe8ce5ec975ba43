// SPDX-License-Identifier: MIT
#include "os/loop.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "core/error.h"
#include "os/fd.h"
#include "os/unix_socket.h"

namespace trunkline::os {
namespace {

using std::chrono_literals::operator""ms;

/// Ends a loop that would otherwise hang the test.
RegistrationPtr time_limit(Loop& loop, bool& is_over) {
  return loop.after(5000ms, [&] {
    is_over = true;
    loop.stop();
  });
}

void write_byte(int descriptor) {
  REQUIRE(::write(descriptor, "x", 1) == 1);
}

TEST_CASE("loop: tells that a descriptor is readable until it is read", "[os][loop]") {
  Loop loop;
  const Pipe pipe = make_pipe();
  int calls = 0;
  const auto watch = loop.watch(pipe.read_end.get(), Interest::readable, [&](Ready ready) {
    CHECK(ready.is_readable);
    CHECK_FALSE(ready.is_writable);
    // Level-triggered: left alone the first time, it comes again.
    if (++calls < 2) return;
    char byte = 0;
    REQUIRE(::read(pipe.read_end.get(), &byte, 1) == 1);
  });
  write_byte(pipe.write_end.get());
  for (int turn = 0; turn < 4; ++turn) loop.run_once(0ms);
  CHECK(calls == 2);
}

TEST_CASE("loop: tells that the other end is gone", "[os][loop]") {
  Loop loop;
  SocketPair pair = make_socket_pair();
  bool is_closed = false;
  const auto watch = loop.watch(pair.first.get(), Interest::readable,
                                [&](Ready ready) { is_closed = ready.is_closed; });
  pair.second.reset();
  loop.run_once(0ms);
  CHECK(is_closed);
}

TEST_CASE("loop: a registration may be destroyed in its own callback", "[os][loop]") {
  Loop loop;
  const Pipe pipe = make_pipe();
  // Held by the callback: freeing it too early is what the sanitizer would see.
  auto captured = std::make_shared<int>(7);
  std::weak_ptr<int> alive = captured;
  int calls = 0;
  RegistrationPtr watch =
      loop.watch(pipe.read_end.get(), Interest::readable, [&, held = std::move(captured)](Ready) {
        watch.reset();
        calls += *held;
      });
  RegistrationPtr timer = loop.every(1ms, [&] {
    timer.reset();
    ++calls;
  });
  write_byte(pipe.write_end.get());
  for (int turn = 0; turn < 5; ++turn) loop.run_once(2ms);
  CHECK(calls == 8);
  CHECK(alive.expired());
}

TEST_CASE("loop: a registration may destroy another that is ready in the same turn", "[os][loop]") {
  Loop loop;
  const Pipe one = make_pipe();
  const Pipe two = make_pipe();
  RegistrationPtr first, second;
  int calls = 0;
  const auto destroy_both = [&](Ready) {
    ++calls;
    first.reset();
    second.reset();
  };
  first = loop.watch(one.read_end.get(), Interest::readable, destroy_both);
  second = loop.watch(two.read_end.get(), Interest::readable, destroy_both);
  write_byte(one.write_end.get());
  write_byte(two.write_end.get());
  loop.run_once(0ms);
  loop.run_once(0ms);
  CHECK(calls == 1);
}

TEST_CASE("loop: a callback may replace its own watch on the same descriptor", "[os][loop]") {
  Loop loop;
  const SocketPair pair = make_socket_pair();
  bool was_writable = false;
  RegistrationPtr watch = loop.watch(pair.first.get(), Interest::readable, [&](Ready) {
    watch.reset();
    watch = loop.watch(pair.first.get(), Interest::writable,
                       [&](Ready ready) { was_writable = ready.is_writable; });
  });
  write_byte(pair.second.get());
  loop.run_once(0ms);
  loop.run_once(0ms);
  CHECK(was_writable);
}

TEST_CASE("loop: what a dead callback owned may own registrations too", "[os][loop]") {
  Loop loop;
  auto inner = std::make_shared<RegistrationPtr>(loop.every(1ms, [] {}));
  RegistrationPtr outer = loop.after(0ms, [&, inner = std::move(inner)] { outer.reset(); });
  loop.run_once(5ms);
  CHECK(outer == nullptr);
  loop.run_once(2ms);
}

TEST_CASE("loop: timers fire in the order they are due", "[os][loop]") {
  Loop loop;
  std::string order;
  const auto third = loop.after(6ms, [&] {
    order += 'c';
    loop.stop();
  });
  const auto first = loop.after(0ms, [&] { order += 'a'; });
  const auto second = loop.after(3ms, [&] { order += 'b'; });
  RegistrationPtr cancelled = loop.after(1ms, [&] { order += 'x'; });
  cancelled.reset();
  loop.run();
  CHECK(order == "abc");
}

TEST_CASE("loop: a timer does not fire before its time", "[os][loop]") {
  Loop loop;
  const auto begin = std::chrono::steady_clock::now();
  const auto timer = loop.after(20ms, [&] { loop.stop(); });
  loop.run();
  CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("loop: a periodic timer goes on until it is destroyed", "[os][loop]") {
  Loop loop;
  bool is_over = false;
  const auto limit = time_limit(loop, is_over);
  int ticks = 0;
  RegistrationPtr timer = loop.every(1ms, [&] {
    if (++ticks == 5) {
      timer.reset();
      loop.stop();
    }
  });
  loop.run();
  CHECK(ticks == 5);
  CHECK_FALSE(is_over);
}

TEST_CASE("loop: a late periodic timer does not catch up in a burst", "[os][loop]") {
  Loop loop;
  int ticks = 0;
  const auto timer = loop.every(2ms, [&] {
    // The first tick takes as long as twenty periods.
    if (++ticks == 1) std::this_thread::sleep_for(40ms);
  });
  loop.run_once(10ms);
  CHECK(ticks == 1);
  loop.run_once(0ms);
  loop.run_once(0ms);
  CHECK(ticks <= 2);
}

TEST_CASE("loop: a timer that arms itself anew without delay starves nobody", "[os][loop]") {
  Loop loop;
  bool is_over = false;
  const auto limit = time_limit(loop, is_over);
  RegistrationPtr again;
  std::function<void()> arm = [&] { again = loop.after(0ms, arm); };
  arm();
  const Pipe pipe = make_pipe();
  const auto watch =
      loop.watch(pipe.read_end.get(), Interest::readable, [&](Ready) { loop.stop(); });
  write_byte(pipe.write_end.get());
  loop.run();
  CHECK_FALSE(is_over);
}

TEST_CASE("loop: posts of several threads all run, each thread's in its order", "[os][loop]") {
  constexpr int kThreads = 4;
  constexpr int kPosts = 5000;
  Loop loop;
  std::vector<int> next(kThreads, 0);
  bool is_ordered = true;
  int done = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kPosts; ++i) {
        loop.post([&, thread, i] {
          is_ordered = is_ordered && next[static_cast<std::size_t>(thread)]++ == i;
          if (++done == kThreads * kPosts) loop.stop();
        });
      }
    });
  }
  bool is_over = false;
  const auto limit = time_limit(loop, is_over);
  loop.run();
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(is_over);
  CHECK(is_ordered);
  CHECK(done == kThreads * kPosts);
}

TEST_CASE("loop: work posted by posted work runs in a later turn", "[os][loop]") {
  Loop loop;
  std::string order;
  loop.post([&] {
    loop.post([&] { order += 'c'; });
    order += 'a';
  });
  loop.post([&] { order += 'b'; });
  loop.run_once(0ms);
  CHECK(order == "ab");
  loop.run_once(0ms);
  CHECK(order == "abc");
}

TEST_CASE("loop: work posted before stop() runs before run() returns", "[os][loop]") {
  Loop loop;
  bool has_run = false;
  loop.post([&] { has_run = true; });
  loop.stop();
  loop.run();
  CHECK(has_run);
}

TEST_CASE("loop: another thread can stop it, and it can run again", "[os][loop]") {
  Loop loop;
  for (int round = 0; round < 2; ++round) {
    std::thread stopper([&] { loop.stop(); });
    loop.run();
    stopper.join();
  }
  SUCCEED();
}

TEST_CASE("loop: an exception leaves run() and loses nothing else", "[os][loop]") {
  Loop loop;
  std::string order;
  loop.post([&] { order += 'a'; });
  loop.post([] { throw core::Error(core::ExitCode::io, "disk gone"); });
  loop.post([&] {
    order += 'b';
    loop.stop();
  });
  CHECK_THROWS_AS(loop.run(), core::Error);
  CHECK(order == "a");
  loop.run();
  CHECK(order == "ab");
}

TEST_CASE("loop: a busy one gathers events, so that a waking serves many", "[os][loop]") {
  constexpr int kWrites = 150;
  Loop loop;
  loop.gather(20ms);
  const Pipe pipe = make_pipe();
  int turns = 0;
  int bytes = 0;
  const auto watch = loop.watch(pipe.read_end.get(), Interest::readable, [&](Ready) {
    std::array<char, 256> buffer;
    const auto size = ::read(pipe.read_end.get(), buffer.data(), buffer.size());
    REQUIRE(size > 0);
    ++turns;
    bytes += static_cast<int>(size);
    if (bytes == kWrites) loop.stop();
  });
  bool is_over = false;
  const auto limit = time_limit(loop, is_over);
  std::thread writer([&] {
    auto next = std::chrono::steady_clock::now();
    for (int i = 0; i < kWrites; ++i) {
      std::this_thread::sleep_until(next += 1ms);
      (void)!::write(pipe.write_end.get(), "x", 1);  // one that fails runs into the time limit
    }
  });
  loop.run();
  writer.join();
  REQUIRE_FALSE(is_over);
  CHECK(turns < kWrites / 2);
}

TEST_CASE("loop: what is queued is served before it gathers", "[os][loop]") {
  constexpr int kQueued = 60;
  Loop loop;
  loop.gather(400ms);
  const Pipe pipe = make_pipe();
  for (int i = 0; i < kQueued; ++i) write_byte(pipe.write_end.get());
  int turns = 0;
  const auto watch = loop.watch(pipe.read_end.get(), Interest::readable, [&](Ready) {
    char byte = 0;
    REQUIRE(::read(pipe.read_end.get(), &byte, 1) == 1);
    if (++turns == kQueued) loop.stop();
  });
  bool is_over = false;
  const auto limit = time_limit(loop, is_over);
  loop.run();
  CHECK_FALSE(is_over);  // a pause after each would take 24 s
}

TEST_CASE("loop: a post does not wait while events are gathered", "[os][loop]") {
  Loop loop;
  loop.gather(900ms);
  const Pipe pipe = make_pipe();
  write_byte(pipe.write_end.get());
  int calls = 0;
  std::thread poster;
  core::SteadyTime posted{};
  core::SteadyTime ran{};
  const auto watch = loop.watch(pipe.read_end.get(), Interest::readable, [&](Ready) {
    if (++calls != 2) return;
    char byte = 0;
    REQUIRE(::read(pipe.read_end.get(), &byte, 1) == 1);
    // Busy, and nothing is left: the next waking is 900 ms away.
    poster = std::thread([&] {
      posted = std::chrono::steady_clock::now();
      loop.post([&] {
        ran = std::chrono::steady_clock::now();
        loop.stop();
      });
    });
  });
  loop.run();
  poster.join();
  CHECK(ran - posted < 450ms);
}

TEST_CASE("loop: registrations may outlive it", "[os][loop]") {
  const Pipe pipe = make_pipe();
  RegistrationPtr watch, timer;
  {
    Loop loop;
    watch = loop.watch(pipe.read_end.get(), Interest::readable, [](Ready) {});
    timer = loop.after(0ms, [] {});
    loop.post([] {});
  }
  watch.reset();
  timer.reset();
  SUCCEED();
}

TEST_CASE("loop: a descriptor that cannot be waited for is refused", "[os][loop]") {
  Loop loop;
  CHECK_THROWS_AS(loop.watch(-1, Interest::readable, [](Ready) {}), core::Error);
}

}  // namespace
}  // namespace trunkline::os
