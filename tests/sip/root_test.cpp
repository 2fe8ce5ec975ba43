// SPDX-License-Identifier: MIT
#include "sip/root.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

#include "os/fd.h"
#include "sip/loopback.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

std::atomic<std::int64_t> frozen{0};

std::chrono::nanoseconds frozen_time() {
  return std::chrono::nanoseconds(frozen.load());
}

std::pair<os::Fd, os::Fd> pipe_of() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  return {os::Fd(ends[0]), os::Fd(ends[1])};
}

}  // namespace

TEST_CASE("root: posted work runs in order on the loop's thread", "[root]") {
  sip::Root root;
  std::vector<int> order;
  const auto owner = std::this_thread::get_id();
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) {
      root.post([&, i] {
        CHECK(std::this_thread::get_id() == owner);
        order.push_back(i);
      });
    }
    root.stop();
  });
  root.run();
  other.join();
  REQUIRE(order.size() == 1000);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("root: stop before run ends it at once", "[root]") {
  sip::Root root;
  root.stop();
  root.run();
  SUCCEED();
}

TEST_CASE("root: gathering serves together what comes within a while", "[root]") {
  constexpr int kBytes = 200;
  // How often the loop found something to read, of bytes that come one every 200 us or so.
  const auto wakings = [&](core::Microseconds gather) {
    sip::Root root;
    root.gather(gather);
    const auto ends = pipe_of();
    // clang 14 lets no lambda capture a structured binding.
    const auto& read_end = ends.first;
    const auto& write_end = ends.second;
    int read = 0;
    int times = 0;
    const auto watch = root.watch(read_end.get(), os::Interest::readable, [&](os::Ready) {
      std::array<char, kBytes> bytes{};
      read += static_cast<int>(::read(read_end.get(), bytes.data(), bytes.size()));
      ++times;
      if (read == kBytes) root.stop();
    });
    std::thread writer([&] {
      for (int i = 0; i < kBytes; ++i) {
        CHECK(::write(write_end.get(), "x", 1) == 1);
        std::this_thread::sleep_for(core::Microseconds{200});
      }
    });
    root.run();
    writer.join();
    CHECK(read == kBytes);
    return times;
  };
  CHECK(wakings(core::Microseconds{10'000}) < kBytes / 2);
}

TEST_CASE("root: timers fire, repeat and are cancelled, also by themselves", "[root]") {
  sip::Root root;
  int once = 0;
  int often = 0;
  int never = 0;
  const auto first = root.after(core::Milliseconds{2}, [&] { ++once; });
  auto cancelled = root.after(core::Milliseconds{1}, [&] { ++never; });
  cancelled.reset();
  os::RegistrationPtr self;
  self = root.every(core::Milliseconds{1}, [&] {
    if (++often == 3) {
      self.reset();
      root.stop();
    }
  });
  const auto late = root.after(core::Milliseconds{2000}, [&] { root.stop(); });
  root.run();
  CHECK(often == 3);
  CHECK(never == 0);
  CHECK(once <= 1);
}

TEST_CASE("root: a timer without length fires in the next turn", "[root]") {
  sip::Root root;
  const auto timer = root.after(core::Milliseconds(0), [&] { root.stop(); });
  const auto limit = root.after(core::Seconds(5), [] { FAIL("it never fired"); });
  root.run();
  SUCCEED();
}

TEST_CASE("root: descriptors are watched until their registration goes", "[root]") {
  sip::Root root;
  const os::Pipe pipe = os::make_pipe();
  int reads = 0;
  os::RegistrationPtr watch;
  watch = root.watch(pipe.read_end.get(), os::Interest::readable, [&](os::Ready ready) {
    CHECK(ready.is_readable);
    // Nothing is read: level-triggered, it comes again, until the callback ends itself.
    if (++reads == 2) {
      watch.reset();
      root.stop();
    }
  });
  REQUIRE(::write(pipe.write_end.get(), "x", 1) == 1);
  root.run();
  CHECK(reads == 2);
}

TEST_CASE("root: an exception of a callback leaves run", "[root]") {
  sip::Root root;
  root.post([] { throw std::runtime_error("out"); });
  CHECK_THROWS_WITH(root.run(), "out");
  root.stop();
  root.run();
}

TEST_CASE("root: time is the monotonic clock and nothing else", "[root]") {
  frozen = std::chrono::nanoseconds(std::chrono::hours(100)).count();
  sip::set_monotonic_source(frozen_time);
  {
    sip::Root root;
    int fired = 0;
    const auto timer = root.after(core::Milliseconds{50}, [&] { ++fired; });
    const auto run_for_real = [&](std::chrono::milliseconds time) {
      std::thread ticker([&] {
        std::this_thread::sleep_for(time);
        root.stop();
      });
      root.run();
      ticker.join();
    };
    // The wall clock walks on; the source stands still: whatever the wall says moves no timer.
    run_for_real(100ms);
    CHECK(fired == 0);
    frozen += std::chrono::nanoseconds(49ms).count();
    run_for_real(5ms);
    CHECK(fired == 0);
    frozen += std::chrono::nanoseconds(2ms).count();
    run_for_real(5ms);
    CHECK(fired == 1);
  }
  sip::set_monotonic_source(nullptr);
}
