// SPDX-License-Identifier: MIT
#include "mediaplane/session.h"

#include <catch2/catch.hpp>
#include <functional>

#include "mediaplane/phone.h"
#include "os/loop.h"

namespace trunkline::mediaplane {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Heard final : SessionObserver {
  void take_segment(core::RecordingId, recording::Segment segment,
                    const TapeAccount& account) override {
    segments.push_back(std::move(segment));
    last_account = account;
  }
  void save_account(const std::string&, const SessionCounters&) override { ++saves; }
  void media_is_silent(const std::string&, const SilentLegs& legs) override {
    silences.push_back(legs);
  }
  void session_is_abandoned(const std::string&) override { ++abandonments; }

  std::vector<recording::Segment> segments;
  TapeAccount last_account;
  int saves = 0;
  std::vector<SilentLegs> silences;
  int abandonments = 0;
};

/// One session with one line and two phones, on a loop that the test turns itself.
struct Fixture {
  Fixture() {
    auto caller_ports = core::value_or_throw(allocator.allocate());
    auto called_ports = core::value_or_throw(allocator.allocate());
    relay = {os::Address::loopback(caller_ports.rtp_port()),
             os::Address::loopback(called_ports.rtp_port())};
    session.add_line(
        loop, std::make_unique<Line>(std::array<rtp::PortPair, kLegs>{std::move(caller_ports),
                                                                      std::move(called_ports)},
                                     true, heard));
    caller.learn(sdp_at(relay[0]));
    called.learn(sdp_at(relay[1]));
    plan("a=sendrecv", "a=sendrecv");
  }

  static std::string sdp_at(const os::Address& address) {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " +
           std::to_string(address.port().value()) + " RTP/AVP 0\r\n";
  }
  void plan(const std::string& caller_direction, const std::string& called_direction) {
    const auto own = sdp::Session::parse(caller.sdp("0 101", caller_direction + "\r\n")).value();
    const auto peer = sdp::Session::parse(called.sdp("0 101", called_direction + "\r\n")).value();
    session.plan(0, Leg::caller, plan_leg(&own, &peer, 0, std::nullopt));
    session.plan(0, Leg::called, plan_leg(&peer, &own, 0, std::nullopt));
  }
  void turn() {
    for (int i = 0; i < 5; ++i) loop.run_once(milliseconds(2));
  }
  void tick(milliseconds after) { session.tick(start + after, seconds(1)); }

  os::Loop loop;
  rtp::PortAllocator allocator{{}};
  Heard heard;
  std::array<os::Address, kLegs> relay;
  test::Phone caller;
  test::Phone called;
  Session session{"key", heard};
  core::SteadyTime start = std::chrono::steady_clock::now();
};

}  // namespace

TEST_CASE("session: silence counts from the answer, is told once, and ends with a packet",
          "[session]") {
  Fixture fixture;
  fixture.tick(seconds(100));
  CHECK(fixture.heard.silences.empty());
  fixture.session.answered(fixture.start);
  fixture.tick(milliseconds(0));
  fixture.tick(milliseconds(999));
  CHECK(fixture.heard.silences.empty());
  fixture.tick(milliseconds(1500));
  fixture.tick(milliseconds(2500));
  REQUIRE(fixture.heard.silences.size() == 1);
  CHECK(fixture.heard.silences[0] == SilentLegs{true, true});
}

TEST_CASE("session: one party that is heard is enough", "[session]") {
  Fixture fixture;
  fixture.session.answered(fixture.start);
  fixture.tick(milliseconds(0));
  fixture.called.speak();
  fixture.turn();
  const auto heard_at = std::chrono::steady_clock::now();
  fixture.session.tick(heard_at + milliseconds(900), seconds(1));
  CHECK(fixture.heard.silences.empty());
}

TEST_CASE("session: who is on hold is not missed, and has the whole time-out afterwards",
          "[session]") {
  Fixture fixture;
  fixture.session.answered(fixture.start);
  fixture.plan("a=inactive", "a=inactive");
  for (int i = 0; i < 20; ++i) fixture.tick(seconds(i));
  CHECK(fixture.heard.silences.empty());
  fixture.plan("a=sendonly", "a=recvonly");
  fixture.tick(seconds(20));
  fixture.tick(milliseconds(20'600));
  CHECK(fixture.heard.silences.empty());
  fixture.tick(seconds(22));
  REQUIRE(fixture.heard.silences.size() == 1);
  CHECK(fixture.heard.silences[0] == SilentLegs{true, false});
}

TEST_CASE("session: a silence nobody acts on is an abandoned call", "[session]") {
  Fixture fixture;
  fixture.session.answered(fixture.start);
  for (int i = 0; i < 31; ++i) fixture.tick(seconds(i));
  CHECK(fixture.heard.abandonments == 0);
  for (int i = 31; i < 60; ++i) fixture.tick(seconds(i));
  CHECK(fixture.heard.abandonments == 1);
  CHECK(fixture.heard.silences.size() == 1);
}

TEST_CASE("session: the account is saved every other second of an answered call", "[session]") {
  Fixture fixture;
  for (int i = 0; i < 10; ++i) fixture.tick(seconds(i));
  CHECK(fixture.heard.saves == 0);
  fixture.session.answered(fixture.start);
  for (int i = 1; i <= 10; ++i) fixture.tick(seconds(i));
  CHECK(fixture.heard.saves == 5);
}

TEST_CASE("session: segments leave when their time is up, also without packets", "[session]") {
  Fixture fixture;
  const auto id = core::RecordingId::make(core::Time{});
  fixture.session.start_tape(
      std::make_shared<Tape>(id, audio::Format{.channels = 2}, fixture.start), 0);
  fixture.caller.speak();
  fixture.turn();
  fixture.tick(seconds(2));
  CHECK(fixture.heard.segments.empty());
  fixture.tick(milliseconds(2500));
  REQUIRE(fixture.heard.segments.size() == 1);
  CHECK(fixture.heard.last_account.legs[0].packets_written == 1);
  CHECK(fixture.heard.last_account.legs[1].packets_written == 0);

  const auto finished = fixture.session.finish_tape(fixture.start + seconds(3));
  REQUIRE(finished);
  CHECK(finished->recording == id);
  CHECK(finished->segments.back().samples.size() == 16000);
  CHECK_FALSE(fixture.session.finish_tape(fixture.start + seconds(4)));
}

TEST_CASE("session: a tape that was dropped hears nothing more", "[session]") {
  Fixture fixture;
  const auto id = core::RecordingId::make(core::Time{});
  fixture.session.start_tape(
      std::make_shared<Tape>(id, audio::Format{.channels = 2}, fixture.start), 0);
  fixture.session.drop_tape(core::RecordingId{});
  fixture.session.drop_tape(id);
  fixture.caller.speak();
  fixture.turn();
  fixture.tick(seconds(10));
  CHECK(fixture.heard.segments.empty());
  CHECK(fixture.called.hear());
}

TEST_CASE("session: codecs that cannot be recorded are counted, not placed", "[session]") {
  Fixture fixture;
  const auto id = core::RecordingId::make(core::Time{});
  const auto tape = std::make_shared<Tape>(id, audio::Format{.channels = 2}, fixture.start);
  fixture.session.start_tape(tape, 0);
  fixture.caller.send(core::from_hex("80090001000000a000000001ffff").value());      // G.722
  fixture.caller.send(core::from_hex("80650002000000a00000000105000000").value());  // a digit
  fixture.turn();
  CHECK(tape->account().packets_unheard[0] == 1);
  CHECK(tape->account().legs[0].packets_received == 0);
  CHECK(tape->account().legs[0].packets_lost == 0);
}

}  // namespace trunkline::mediaplane
