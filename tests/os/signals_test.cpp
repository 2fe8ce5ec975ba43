// SPDX-License-Identifier: MIT
#include "os/signals.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "os/loop.h"

namespace trunkline::os {
namespace {

using std::chrono_literals::operator""ms;

bool is_blocked(int signal) {
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

TEST_CASE("signals: arrive as events of the loop", "[os]") {
  Loop loop;
  std::vector<int> arrived;
  const auto watch =
      watch_signals(loop, {SIGUSR1, SIGUSR2}, [&](int signal) { arrived.push_back(signal); });
  ::kill(::getpid(), SIGUSR2);
  ::kill(::getpid(), SIGUSR1);
  loop.run_once(1000ms);
  loop.run_once(1000ms);
  CHECK(arrived.size() == 2);
  CHECK(std::count(arrived.begin(), arrived.end(), SIGUSR1) == 1);
}

TEST_CASE("signals: ending the watch takes out what is pending and restores the mask", "[os]") {
  Loop loop;
  auto watch = watch_signals(loop, {SIGUSR1}, [](int) { FAIL("not asked for any more"); });
  CHECK(is_blocked(SIGUSR1));
  // Its default action would end this test.
  ::kill(::getpid(), SIGUSR1);
  watch.reset();
  CHECK_FALSE(is_blocked(SIGUSR1));
  loop.run_once(0ms);
}

TEST_CASE("signals: a thread beside the reactor's has none", "[os]") {
  bool is_spared = false;
  std::thread([&] {
    block_all_signals();
    is_spared = is_blocked(SIGTERM) && is_blocked(SIGPIPE);
  }).join();
  CHECK(is_spared);
  CHECK_FALSE(is_blocked(SIGTERM));
}

TEST_CASE("signals: the callback may end the watch", "[os]") {
  Loop loop;
  int calls = 0;
  RegistrationPtr watch = watch_signals(loop, {SIGUSR1, SIGUSR2}, [&](int) {
    ++calls;
    watch.reset();
  });
  ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGUSR2);
  loop.run_once(1000ms);
  loop.run_once(0ms);
  CHECK(calls == 1);
}

}  // namespace
}  // namespace trunkline::os
