// SPDX-License-Identifier: MIT

// Ten thousand calls at once on one node: every one is set up, every one ends in one of the ways
// there are, and every port, descriptor, thread and byte is back afterwards.

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>

#include "keystore/key_ring.h"
#include "mediaplane/ng_commands.h"
#include "mediaplane/phone.h"
#include "mediaplane/silent_scribe.h"
#include "ng/keys.h"
#include "os/limits.h"
#include "os/loop.h"

namespace trunkline::mediaplane {
namespace {

constexpr std::size_t kCalls = 10'000;
constexpr std::size_t kSocketsOfCall = 4;
/// Of the test itself: journal, loops, phones.
constexpr std::size_t kOwnDescriptors = 200;
/// What the heap has more or less of from one round to the next; a call is some 8 kB.
constexpr std::size_t kBytesKept = std::size_t{2} * 1024 * 1024;

/// How the calls of a test end, by turns.
enum class Ending : std::uint8_t { hung_up, hung_up_recorded, never_answered, stopped };
constexpr std::size_t kEndings = 4;
/// Making a key for each recording waits for the disk.
constexpr std::size_t kRecordedOfThose = 10;

Ending ending_of(std::size_t call) {
  return static_cast<Ending>(call % kEndings);
}

std::size_t answered_of(std::size_t calls) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < calls; ++i) count += ending_of(i) == Ending::never_answered ? 0 : 1;
  return count;
}

/// As many as the machine lets this process have sockets and files for.
std::size_t calls_that_fit() {
  constexpr std::size_t kTogether = kEndings * kRecordedOfThose;  // of which one is recorded
  constexpr std::size_t kDescriptors = kTogether * kSocketsOfCall + 1;
  const auto limit =
      os::raise_open_file_limit(kCalls * kDescriptors / kTogether + kOwnDescriptors).soft;
  return std::min<std::size_t>(kCalls, (limit - kOwnDescriptors) * kTogether / kDescriptors);
}

std::size_t entries_of(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// What a process has.
struct Holdings {
  std::size_t descriptors = entries_of("/proc/self/fd");
  std::size_t threads = entries_of("/proc/self/task");
  std::size_t bytes = ::mallinfo2().uordblks;  // 0 under a sanitizer, which looks for itself
};

/// The system's clock, which can be made to run ahead; threads look at it meanwhile.
class AheadClock final : public core::Clock {
 public:
  core::Time wall() const override { return core::system_clock().wall() + ahead(); }
  core::SteadyTime steady() const override { return core::system_clock().steady() + ahead(); }
  void advance(std::chrono::minutes by) { ahead_minutes_ += by.count(); }

 private:
  std::chrono::minutes ahead() const { return std::chrono::minutes(ahead_minutes_); }
  std::atomic<std::int64_t> ahead_minutes_ = 0;
};

/// An engine's calls and commands, with a loopback address of the test's own for its ports.
struct BusyNode {
  BusyNode() { silent.keys.use_ring(keystore::KeyRing::generate(clock.wall())); }

  ng::Dictionary offer(std::size_t number) {
    ng::Dictionary body{{"call-id", "call-" + std::to_string(number)},
                        {"from-tag", "a"},
                        {"sdp", caller.sdp()},
                        {"replace", ng::List{"origin"}}};
    const bool is_recorded =
        ending_of(number) == Ending::hung_up_recorded && number / kEndings % kRecordedOfThose == 0;
    body.set(ng::kRecordKey, is_recorded ? "always" : "off");
    return commands.offer(body);
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
  /// How many were refused.
  std::size_t set_up(std::size_t count) {
    std::size_t refused = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (offer(i).text("result") != "ok") ++refused;
      if (ending_of(i) == Ending::never_answered) continue;
      if (answer(i).text("result") != "ok") ++refused;
    }
    return refused;
  }
  /// Each in its way; false where one of them does not end.
  bool end_all(std::size_t count) {
    hung_up = 0;
    std::size_t hanging_up = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (ending_of(i) > Ending::hung_up_recorded) continue;
      ++hanging_up;
      hang_up(i);
    }
    const bool are_hung_up = eventually([&] { return hung_up == hanging_up; });
    clock.advance(std::chrono::minutes(61));
    calls.sweep();
    calls.close_all(MediaEnd::stopped);
    const bool are_gone = eventually([&] { return calls.ports().in_use == 0; });
    silent.scribe.flush();
    clock.advance(std::chrono::minutes(1));  // the ports have rested
    return are_hung_up && are_gone && calls.all().empty();
  }
  bool eventually(const std::function<bool()>& is_done) {
    for (int i = 0; i < 3000 && !is_done(); ++i) main.run_once(core::Milliseconds(10));
    return is_done();
  }

  AheadClock clock;
  os::Loop main;
  test::Phone caller;
  test::Phone called;
  SilentScribe silent{clock};
  os::Address address = os::Address::parse_host("127.0.77.10").value();
  Calls calls{main,
              {.ports = {.address = address, .min = core::Port(10'000), .max = core::Port(65'535)},
               .threads = 2},
              silent.scribe,
              clock};
  NgCommands commands{calls, {address}, clock};
  std::size_t hung_up = 0;
};

}  // namespace

TEST_CASE("calls: ten thousand at once end in every way, and everything is back", "[calls]") {
  const std::size_t calls = calls_that_fit();
  if (calls < kCalls) WARN("this process may only have descriptors for " << calls << " calls");
  REQUIRE(calls > 100);
  BusyNode node;
  // What is made once and kept is no loss: tables and queues as long as for so many.
  REQUIRE(node.set_up(calls) == 0);
  REQUIRE(node.end_all(calls));
  const Holdings before;

  CHECK(node.set_up(calls) == 0);
  CHECK(node.calls.all().size() == calls);
  CHECK(node.calls.ports().in_use == 2 * calls);
  CHECK(Holdings{}.descriptors >= before.descriptors + kSocketsOfCall * calls);

  // Their media threads know every one of them, and can still be asked for all.
  std::size_t known = 0;
  node.calls.all_figures([&](const Calls::AllFigures& figures) { known = figures.size(); });
  CHECK(node.eventually([&] { return known > 0; }));
  CHECK(known == calls);

  CHECK(node.end_all(calls));
  const Holdings after;
  CHECK(after.descriptors == before.descriptors);
  CHECK(after.threads == before.threads);
  CHECK(after.bytes <= before.bytes + kBytesKept);
  const auto load = node.silent.scribe.load();
  CHECK(load.calls == 0);
  CHECK(load.recordings == 0);
  CHECK(load.bytes_waiting == 0);
  CHECK(node.silent.ended == 2 * answered_of(calls));
}

}  // namespace trunkline::mediaplane
