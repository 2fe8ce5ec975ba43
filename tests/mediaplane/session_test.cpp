// SPDX-License-Identifier: MIT
#include "mediaplane/session.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

#include "mediaplane/phone.h"
#include "os/loop.h"

namespace trunkline::mediaplane {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

struct Heard final : SessionObserver {
  void take_packets(SpoolBlock block) override { blocks.push_back(std::move(block)); }
  void change_codecs(core::RecordingId, Leg leg,
                     std::vector<recording::PayloadCodec> codecs) override {
    blocks_before_change.push_back(blocks.size());
    changes.emplace_back(leg, std::move(codecs));
  }
  void save_account(const std::string&, const SessionCounters&) override { ++saves; }
  void media_is_silent(const std::string&, const SilentLegs& legs) override {
    silences.push_back(legs);
  }
  void session_is_abandoned(const std::string&) override { ++abandonments; }

  std::vector<SpoolBlock> blocks;
  std::vector<std::pair<Leg, std::vector<recording::PayloadCodec>>> changes;
  std::vector<std::size_t> blocks_before_change;
  int saves = 0;
  std::vector<SilentLegs> silences;
  int abandonments = 0;
};

/// One session with one line and two phones, on a loop that the test turns itself.
struct Conversation {
  Conversation() {
    auto caller_ports = core::value_or_throw(allocator.allocate());
    auto called_ports = core::value_or_throw(allocator.allocate());
    relay = {os::Address::loopback(caller_ports.rtp_port()),
             os::Address::loopback(called_ports.rtp_port())};
    session.add_line(
        loop, std::make_unique<Line>(std::array<rtp::PortPair, kLegs>{std::move(caller_ports),
                                                                      std::move(called_ports)},
                                     true));
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
  void start_tape(core::RecordingId id) {
    session.start_tape(std::make_unique<Tape>(Tape{.id = id, .spool = spool}), 0);
  }
  void turn() {
    for (int i = 0; i < 5; ++i) loop.run_once(milliseconds(2));
  }
  /// One packet after the other, each relayed before the next.
  void speak(test::Phone& phone, unsigned packets) {
    for (unsigned i = 0; i < packets; ++i) {
      phone.speak();
      loop.run_once(milliseconds(100));
      caller.listen();
      called.listen();
    }
  }
  LegCounters counters(Leg leg) const {
    return session.counters(start).front().legs[index_of(leg)];
  }
  void tick(milliseconds after) { session.tick(start + after, seconds(1)); }

  os::Loop loop;
  rtp::PortAllocator allocator{{}};
  Heard heard;
  Spool spool{0, [this](SpoolBlock block) { heard.take_packets(std::move(block)); }};
  std::array<os::Address, kLegs> relay;
  test::Phone caller;
  test::Phone called;
  Session session{"key", heard};
  core::SteadyTime start = std::chrono::steady_clock::now();
};

}  // namespace

TEST_CASE("session: silence counts from the answer, is told once, and ends with a packet",
          "[session]") {
  Conversation conversation;
  conversation.tick(seconds(100));
  CHECK(conversation.heard.silences.empty());
  conversation.session.answered(conversation.start);
  conversation.tick(milliseconds(0));
  conversation.tick(milliseconds(999));
  CHECK(conversation.heard.silences.empty());
  conversation.tick(milliseconds(1500));
  conversation.tick(milliseconds(2500));
  REQUIRE(conversation.heard.silences.size() == 1);
  CHECK(conversation.heard.silences[0] == SilentLegs{true, true});
}

TEST_CASE("session: one party that is heard is enough", "[session]") {
  Conversation conversation;
  conversation.session.answered(conversation.start);
  conversation.tick(milliseconds(0));
  conversation.called.speak();
  conversation.turn();
  const auto heard_at = std::chrono::steady_clock::now();
  conversation.session.tick(heard_at + milliseconds(900), seconds(1));
  CHECK(conversation.heard.silences.empty());
}

TEST_CASE("session: who is on hold is not missed, and has the whole time-out afterwards",
          "[session]") {
  Conversation conversation;
  conversation.session.answered(conversation.start);
  conversation.plan("a=inactive", "a=inactive");
  for (int i = 0; i < 20; ++i) conversation.tick(seconds(i));
  CHECK(conversation.heard.silences.empty());
  conversation.plan("a=sendonly", "a=recvonly");
  conversation.tick(seconds(20));
  conversation.tick(milliseconds(20'600));
  CHECK(conversation.heard.silences.empty());
  conversation.tick(seconds(22));
  REQUIRE(conversation.heard.silences.size() == 1);
  CHECK(conversation.heard.silences[0] == SilentLegs{true, false});
}

TEST_CASE("session: a silence nobody acts on is an abandoned call", "[session]") {
  Conversation conversation;
  conversation.session.answered(conversation.start);
  for (int i = 0; i < 31; ++i) conversation.tick(seconds(i));
  CHECK(conversation.heard.abandonments == 0);
  for (int i = 31; i < 60; ++i) conversation.tick(seconds(i));
  CHECK(conversation.heard.abandonments == 1);
  CHECK(conversation.heard.silences.size() == 1);
}

TEST_CASE("session: the account is saved every other second of an answered call", "[session]") {
  Conversation conversation;
  for (int i = 0; i < 10; ++i) conversation.tick(seconds(i));
  CHECK(conversation.heard.saves == 0);
  conversation.session.answered(conversation.start);
  for (int i = 1; i <= 10; ++i) conversation.tick(seconds(i));
  CHECK(conversation.heard.saves == 5);
}

TEST_CASE("session: who has settled is heard and sent to as before, and strangers are counted",
          "[session]") {
  Conversation conversation;
  const std::size_t before = open_descriptors();
  conversation.speak(conversation.caller, kPacketsBeforeLane - 1);
  CHECK(open_descriptors() == before);
  conversation.speak(conversation.caller, 1);
  CHECK(open_descriptors() == before + 1);
  conversation.speak(conversation.called, kPacketsBeforeLane);
  CHECK(open_descriptors() == before + 2);
  CHECK(conversation.called.count(kPacketsBeforeLane) == kPacketsBeforeLane);
  CHECK(conversation.caller.count(kPacketsBeforeLane) == kPacketsBeforeLane);

  const auto stranger = os::bind_udp(os::Address::loopback());
  for (int i = 0; i < 5; ++i) conversation.caller.speak_from(stranger->get());
  conversation.speak(conversation.caller, kPacketsToCheck + 10);
  conversation.turn();
  CHECK(conversation.counters(Leg::caller).packets_refused == 5);
  CHECK(conversation.counters(Leg::caller).packets_received ==
        kPacketsBeforeLane + kPacketsToCheck + 10);
  CHECK(conversation.called.count(kPacketsToCheck + 10) == kPacketsToCheck + 10);
  const std::size_t with_lanes = open_descriptors();
  const os::Address source =
      conversation.session.counters(conversation.start).front().ends[0].source.value();
  CHECK(source.port() != os::local_address(stranger->get()).port());

  SECTION("garbage from the party itself is counted, too") {
    conversation.caller.send(core::Bytes(20, std::byte{0x40}));
    conversation.caller.send(core::Bytes(kMaxDatagram + 1, std::byte{0x80}));
    conversation.turn();
    CHECK(conversation.counters(Leg::caller).packets_malformed == 2);
  }
  SECTION("a party that moves is followed, and gets a new lane") {
    conversation.caller.open();
    conversation.plan("a=sendrecv", "a=sendrecv");
    CHECK(open_descriptors() == with_lanes - 1);
    conversation.speak(conversation.caller, kPacketsBeforeLane);
    CHECK(conversation.called.count(kPacketsBeforeLane) == kPacketsBeforeLane);
    conversation.speak(conversation.called, 1);
    CHECK(conversation.caller.count(1) == 1);
    CHECK(open_descriptors() == with_lanes);
  }
  SECTION("a re-offer that changes nothing keeps the lanes") {
    conversation.plan("a=sendrecv", "a=sendrecv");
    CHECK(open_descriptors() == with_lanes);
  }
}

TEST_CASE("session: where descriptors are short nobody gets a lane, and all are heard",
          "[session]") {
  Conversation conversation;
  const std::size_t before = open_descriptors();
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit tight{.rlim_cur = before + 2, .rlim_max = limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  conversation.speak(conversation.caller, 2 * kPacketsBeforeLane);
  const std::size_t after = open_descriptors();
  CHECK(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(after == before);
  CHECK(conversation.called.count(2 * kPacketsBeforeLane) == 2 * kPacketsBeforeLane);
}

TEST_CASE("session: what a tape hears is spooled as it came, until it is finished", "[session]") {
  Conversation conversation;
  const auto id = core::RecordingId::make(core::Time{});
  conversation.start_tape(id);
  CHECK(conversation.session.has_tape());
  conversation.caller.speak();
  conversation.turn();
  conversation.called.speak();
  conversation.turn();
  CHECK(conversation.heard.blocks.empty());
  CHECK(conversation.session.finish_tape(conversation.start + seconds(3)) == id);
  REQUIRE(conversation.heard.blocks.size() == 1);
  const SpoolBlock& block = conversation.heard.blocks.front();
  CHECK(block.complete_until() == conversation.start + seconds(3));
  std::size_t offset = 0;
  for (const Leg leg : {Leg::caller, Leg::called}) {
    const auto packet = block.next(offset);
    REQUIRE(packet);
    CHECK(packet->recording == id);
    CHECK(packet->leg == leg);
    CHECK(packet->at >= conversation.start);
    CHECK(packet->bytes.size() == 172);
  }
  CHECK_FALSE(block.next(offset));

  CHECK_FALSE(conversation.session.has_tape());
  CHECK_FALSE(conversation.session.finish_tape(conversation.start + seconds(4)));
  conversation.caller.speak();
  conversation.turn();
  conversation.spool.flush(conversation.start);
  offset = 0;
  CHECK_FALSE(conversation.heard.blocks.back().next(offset));
}

TEST_CASE("session: a tape that was dropped hears nothing more", "[session]") {
  Conversation conversation;
  const auto id = core::RecordingId::make(core::Time{});
  conversation.start_tape(id);
  conversation.session.drop_tape(core::RecordingId{});
  CHECK(conversation.session.has_tape());
  conversation.session.drop_tape(id);
  conversation.caller.speak();
  conversation.turn();
  CHECK(conversation.heard.blocks.empty());
  CHECK(conversation.called.hear());
}

TEST_CASE("session: new payload numbers come after the packets that had the old", "[session]") {
  Conversation conversation;
  conversation.plan("a=sendrecv", "a=sendrecv");
  CHECK(conversation.heard.changes.empty());
  conversation.start_tape(core::RecordingId::make(core::Time{}));
  conversation.caller.speak();
  conversation.turn();
  conversation.plan("a=sendrecv", "a=sendrecv");
  REQUIRE(conversation.heard.changes.size() == 2);
  CHECK(conversation.heard.changes[0].first == Leg::caller);
  CHECK_FALSE(conversation.heard.changes[0].second.empty());
  CHECK(conversation.heard.blocks_before_change == std::vector<std::size_t>{1, 2});
  std::size_t offset = 0;
  CHECK(conversation.heard.blocks[0].next(offset));
}

}  // namespace trunkline::mediaplane
