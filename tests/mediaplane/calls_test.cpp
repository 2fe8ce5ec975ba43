// SPDX-License-Identifier: MIT
#include "mediaplane/calls.h"

#include <catch2/catch.hpp>

#include "mediaplane/phone.h"
#include "mediaplane/silent_scribe.h"
#include "os/loop.h"
#include "support/fake_clock.h"

namespace trunkline::mediaplane {
namespace {

/// The calls of an engine without its doors, at a time of the test's own.
struct DescribedCall {
  DescribedCall() {
    call = &calls.open({.key = "key", .call = {}, .tenant = {}});
    REQUIRE(calls.describe(*call, Leg::caller, sdp::Session::parse(phone.sdp()).value()));
  }

  test::FakeClock clock;
  os::Loop main;
  test::Phone phone;
  SilentScribe silent{clock};
  Calls calls{main, {.threads = 1}, silent.scribe, clock};
  Call* call = nullptr;
};

}  // namespace

TEST_CASE("calls: one that is never answered is closed after an hour of silence", "[calls]") {
  DescribedCall described;
  described.clock.advance(std::chrono::minutes(59));
  described.calls.sweep();
  CHECK(described.calls.find("key") != nullptr);
  described.clock.advance(std::chrono::minutes(2));
  described.calls.sweep();
  CHECK(described.calls.find("key") == nullptr);
}

TEST_CASE("calls: a step of the wall clock closes none", "[calls]") {
  DescribedCall described;
  for (const int hours : {2, -5}) {
    described.clock.step_wall(std::chrono::hours(hours));
    described.calls.sweep();
    CHECK(described.calls.find("key") != nullptr);
  }
}

TEST_CASE("calls: an answered one is not swept", "[calls]") {
  DescribedCall described;
  REQUIRE(described.calls.describe(*described.call, Leg::called,
                                   sdp::Session::parse(described.phone.sdp()).value()));
  described.calls.answered(*described.call, Leg::called);
  described.clock.advance(std::chrono::hours(10));
  described.calls.sweep();
  CHECK(described.calls.find("key") != nullptr);
}

TEST_CASE("calls: closing tells the figures once the sockets are gone", "[calls]") {
  DescribedCall described;
  bool is_told = false;
  described.calls.close(*described.call, MediaEnd::deleted,
                        [&](const Call& call, const SessionCounters& counters) {
                          is_told = true;
                          CHECK(call.key == "key");
                          CHECK(counters.size() == 1);
                          CHECK(described.calls.ports().in_use == 0);
                        });
  CHECK(described.calls.find("key") == nullptr);
  for (int i = 0; i < 500 && !is_told; ++i) described.main.run_once(std::chrono::milliseconds(10));
  CHECK(is_told);
}

}  // namespace trunkline::mediaplane
