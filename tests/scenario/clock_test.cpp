// SPDX-License-Identifier: MIT

// Somebody sets the wall clock of the host, an hour on and two back, under registered phones and
// in a call: nothing expires, nobody is hung up, and the ledger's times stay possible. The daemons
// see the clock through libfaketime; the monotonic one is left alone, as the kernel leaves it.

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

constexpr const char* kLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// The environment of what is started while it lives.
class FakedClock {
 public:
  explicit FakedClock(std::filesystem::path file) : file_(std::move(file)) {
    if (!std::filesystem::exists(kLibrary)) {
      FAIL("libfaketime is missing; hint: install the Debian package faketime");
    }
    step("+0");
    ::setenv("LD_PRELOAD", kLibrary, 1);
    ::setenv("FAKETIME_TIMESTAMP_FILE", file_.c_str(), 1);
    ::setenv("FAKETIME_NO_CACHE", "1", 1);
    ::setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
  }
  ~FakedClock() { release(); }
  FakedClock(const FakedClock&) = delete;
  FakedClock& operator=(const FakedClock&) = delete;

  /// What is started from now on sees the true clock.
  static void release() {
    for (const char* name : {"LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE",
                             "FAKETIME_DONT_FAKE_MONOTONIC"}) {
      ::unsetenv(name);
    }
  }
  /// "+1h": how far the clock is off the true one.
  void step(const std::string& offset) const { std::ofstream(file_) << offset << "\n"; }

 private:
  std::filesystem::path file_;
};

/// By how much the call began before or after the test's own time.
Seconds offset_of(const core::Json& call) {
  const auto began = core::value_or_throw(core::parse_rfc3339(core::text_at(call, "started_at")));
  return std::chrono::duration_cast<Seconds>(began - core::system_clock().wall());
}

TEST_CASE("clock: an hour's step of the wall clock disturbs neither calls nor registrations",
          "[scenario]") {
  Exchange exchange({.is_started = false});
  const FakedClock clock(exchange.directory() / "clock");
  exchange.start();
  FakedClock::release();
  TwoPhones phones(exchange);
  phones.call();
  for (const char* offset : {"+3600", "-3600"}) {
    clock.step(offset);
    // Longer than the sweeps of both daemons.
    phones.talk(Seconds(3));
    INFO(offset);
    CHECK(exchange.ask_sipd("call.list").size() == 1);
    CHECK(exchange.ask_recorderd("session.list").size() == 1);
    CHECK(exchange.ask_sipd("registration.list").size() == 2);
  }
  phones.hang_up();
  wait_for_recording(exchange, "complete");
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 1);
  INFO(core::to_line(calls.at(0)));
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  CHECK(core::number_at(calls.at(0), "talk_ms") >= 6000);
  CHECK(core::number_at(calls.at(0), "talk_ms") < 60'000);
  const auto recording = wait_for_recording(exchange, "complete");
  CHECK(core::number_at(recording, "duration_ms") >= 5000);
  CHECK(core::number_at(recording, "duration_ms") < 60'000);

  // Whom the caller reached before, it reaches now; nonces and bindings still hold.
  phones.whole_call();
  clock.step("+3600");
  phones.whole_call();
  const auto all = ledger_calls(exchange);
  REQUIRE(all.size() == 3);
  // The steps reached the daemon, else all this proves nothing. Newest first, by its clock.
  CHECK(offset_of(all.front()) > Seconds(3000));
  CHECK(offset_of(all.back()) < Seconds(-3000));
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
