// SPDX-License-Identifier: MIT

// Ten thousand calls at once on one node: every one is set up, every one ends, and every port,
// socket and timer is back afterwards.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "mediaplane/ng_commands.h"
#include "mediaplane/phone.h"
#include "mediaplane/silent_scribe.h"
#include "os/limits.h"
#include "os/loop.h"

namespace trunkline::mediaplane {
namespace {

constexpr std::size_t kCalls = 10'000;
constexpr std::size_t kSocketsOfCall = 4;
/// Of the test itself: journal, loops, phones.
constexpr std::size_t kOwnDescriptors = 200;

/// As many as the machine lets this process have sockets for.
std::size_t calls_that_fit() {
  const auto wanted = kCalls * kSocketsOfCall + kOwnDescriptors;
  const auto limit = os::raise_open_file_limit(wanted).soft;
  return std::min<std::size_t>(kCalls, (limit - kOwnDescriptors) / kSocketsOfCall);
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// An engine's calls and commands, with a loopback address of the test's own for its ports.
struct Fixture {
  ng::Dictionary offer(std::size_t number) {
    return commands.offer({{"call-id", "call-" + std::to_string(number)},
                           {"from-tag", "a"},
                           {"sdp", caller.sdp()},
                           {"replace", ng::List{"origin"}}});
  }
  ng::Dictionary answer(std::size_t number) {
    return commands.answer({{"call-id", "call-" + std::to_string(number)},
                            {"from-tag", "a"},
                            {"to-tag", "b"},
                            {"sdp", called.sdp()}});
  }
  void hang_up(std::size_t number) {
    commands.remove({{"call-id", "call-" + std::to_string(number)}, {"from-tag", "a"}},
                    [this](const ng::Dictionary& reply) {
                      if (reply.text("result") == "ok" && !reply.has("warning")) ++hung_up;
                    });
  }
  bool eventually(const std::function<bool()>& is_done) {
    for (int i = 0; i < 3000 && !is_done(); ++i) main.run_once(core::Milliseconds(10));
    return is_done();
  }

  os::Loop main;
  test::Phone caller;
  test::Phone called;
  SilentScribe silent{core::system_clock()};
  os::Address address = os::Address::parse_host("127.0.77.10").value();
  Calls calls{main,
              {.ports = {.address = address, .min = core::Port(10'000), .max = core::Port(65'535)},
               .threads = 2},
              silent.scribe,
              core::system_clock()};
  NgCommands commands{calls, {address}, core::system_clock()};
  std::size_t hung_up = 0;
};

}  // namespace

TEST_CASE("calls: ten thousand at once, and every port and socket is back", "[calls]") {
  const std::size_t calls = calls_that_fit();
  if (calls < kCalls) WARN("this process may only have sockets for " << calls << " calls");
  REQUIRE(calls > 100);
  Fixture fixture;
  const std::size_t before = open_descriptors();

  std::size_t refused = 0;
  for (std::size_t i = 0; i < calls; ++i) {
    if (fixture.offer(i).text("result") != "ok") ++refused;
    if (fixture.answer(i).text("result") != "ok") ++refused;
  }
  CHECK(refused == 0);
  CHECK(fixture.calls.all().size() == calls);
  CHECK(fixture.calls.ports().in_use == 2 * calls);
  CHECK(open_descriptors() == before + kSocketsOfCall * calls);

  // Their media threads know every one of them, and can still be asked for all.
  std::size_t known = 0;
  fixture.calls.all_figures([&](const Calls::AllFigures& figures) { known = figures.size(); });
  CHECK(fixture.eventually([&] { return known > 0; }));
  CHECK(known == calls);

  for (std::size_t i = 0; i < calls; ++i) fixture.hang_up(i);
  CHECK(fixture.eventually([&] { return fixture.hung_up == calls; }));
  CHECK(fixture.calls.all().empty());
  CHECK(fixture.calls.ports().in_use == 0);
  CHECK(open_descriptors() == before);
  fixture.silent.scribe.flush();
  CHECK(fixture.silent.ended == calls);
}

}  // namespace trunkline::mediaplane
