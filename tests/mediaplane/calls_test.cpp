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
struct Fixture {
  Fixture() {
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
  Fixture fixture;
  fixture.clock.advance(std::chrono::minutes(59));
  fixture.calls.sweep();
  CHECK(fixture.calls.find("key") != nullptr);
  fixture.clock.advance(std::chrono::minutes(2));
  fixture.calls.sweep();
  CHECK(fixture.calls.find("key") == nullptr);
}

TEST_CASE("calls: a step of the wall clock closes none", "[calls]") {
  Fixture fixture;
  for (const int hours : {2, -5}) {
    fixture.clock.step_wall(std::chrono::hours(hours));
    fixture.calls.sweep();
    CHECK(fixture.calls.find("key") != nullptr);
  }
}

TEST_CASE("calls: an answered one is not swept", "[calls]") {
  Fixture fixture;
  REQUIRE(fixture.calls.describe(*fixture.call, Leg::called,
                                 sdp::Session::parse(fixture.phone.sdp()).value()));
  fixture.calls.answered(*fixture.call, Leg::called);
  fixture.clock.advance(std::chrono::hours(10));
  fixture.calls.sweep();
  CHECK(fixture.calls.find("key") != nullptr);
}

TEST_CASE("calls: closing tells the figures once the sockets are gone", "[calls]") {
  Fixture fixture;
  bool is_told = false;
  fixture.calls.close(*fixture.call, MediaEnd::deleted,
                      [&](const Call& call, const SessionCounters& counters) {
                        is_told = true;
                        CHECK(call.key == "key");
                        CHECK(counters.size() == 1);
                        CHECK(fixture.calls.ports().in_use == 0);
                      });
  CHECK(fixture.calls.find("key") == nullptr);
  for (int i = 0; i < 500 && !is_told; ++i) fixture.main.run_once(std::chrono::milliseconds(10));
  CHECK(is_told);
}

}  // namespace trunkline::mediaplane
