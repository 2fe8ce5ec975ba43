// SPDX-License-Identifier: MIT

// Media through a real engine: what is relayed to whom, and what is not.

#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "mediaplane/world.h"
#include "rtp/rtcp.h"

namespace trunkline::mediaplane {
namespace {

using test::Phone;
using test::TestCall;
using test::World;

core::Bytes receiver_report() {
  core::Bytes bytes(rtp::receiver_report_bytes(0));
  (void)rtp::write_receiver_report(bytes, rtp::Ssrc(7), {});  // it is as long as was asked for
  return bytes;
}

const ng::Dictionary& rtp_stream_of(const ng::Dictionary& reply, std::string_view tag) {
  const auto* const medias = reply.dictionary("tags")->dictionary(tag)->list("medias");
  return *medias->at(0).dictionary()->list("streams")->at(0).dictionary();
}

/// Two phones in an unrecorded call.
struct TwoInACall {
  TwoInACall() { call.establish(world, caller, called, false); }

  World world;
  Phone caller;
  Phone called;
  TestCall call;
};

/// RTP of the test's own, every byte known.
core::Bytes known_packet() {
  return core::from_hex("80000001000000a0deadbeefd5d5d5d5").value();
}

}  // namespace

TEST_CASE("relay: what phones report by RTCP is in the account", "[relay]") {
  TwoInACall two;
  auto& [world, caller, called, call] = two;
  const auto packet = known_packet();
  caller.send(packet);
  REQUIRE(called.hear() == packet);

  core::Bytes report(rtp::sender_report_bytes(0));
  (void)rtp::write_sender_report(
      report, {.ssrc = rtp::Ssrc(0xdeadbeef), .ntp_timestamp = 0x1'2345'6789'0000}, {});
  caller.send_rtcp(report);
  REQUIRE(called.hear_rtcp() == report);
  // The called phone says that it lost the one packet, and answers at once.
  const std::array<rtp::ReportBlock, 2> blocks = {
      {{.ssrc = rtp::Ssrc(1), .cumulative_lost = 1000},  // of a stream that is not the caller's
       {.ssrc = rtp::Ssrc(0xdeadbeef),
        .cumulative_lost = 1,
        .jitter = 80,
        .last_sender_report = 0x2345'6789}}};
  core::Bytes heard(rtp::receiver_report_bytes(blocks.size()));
  (void)rtp::write_receiver_report(heard, rtp::Ssrc(7), blocks);
  called.send_rtcp(heard);
  REQUIRE(caller.hear_rtcp() == heard);

  SECTION("for NG's clients") {
    const auto reply = world.ng->call("query", call.named());
    const auto* const source = reply.dictionary("SSRC")->dictionary("3735928559");
    REQUIRE(source != nullptr);
    CHECK(source->integer("cumulative loss") == 1);
    REQUIRE(source->dictionary("average MOS") != nullptr);
    CHECK(source->dictionary("average MOS")->integer("jitter") == 10);
    CHECK(source->dictionary("average MOS")->integer("samples") == 1);
    CHECK(source->dictionary("average MOS")->integer("MOS") == 12);
  }
  SECTION("in the journal") {
    CHECK(call.hang_up(world).text("result") == "ok");
    const core::Json legs = world.last_entry(call.id, "media.ended")["legs"];
    CHECK_FALSE(legs[0].contains("heard"));
    CHECK_FALSE(legs[0].contains("round_trip_ms"));
    REQUIRE(legs[1].contains("heard"));
    CHECK(legs[1]["heard"]["reports"] == 1);
    CHECK(legs[1]["heard"]["packets_lost"] == 1);
    CHECK(legs[1]["heard"]["loss_percent"] == 100.0);
    CHECK(legs[1]["heard"]["jitter_ms"] == 10.0);
    REQUIRE(legs[1].contains("round_trip_ms"));
    CHECK(legs[1]["round_trip_ms"] < 2000.0);
  }
}

TEST_CASE("relay: RTP and RTCP reach the other party unchanged, both ways", "[relay]") {
  TwoInACall two;
  auto& [world, caller, called, call] = two;
  const auto packet = known_packet();
  caller.send(packet);
  CHECK(called.hear() == packet);
  called.send(packet);
  CHECK(caller.hear() == packet);

  caller.send_rtcp(receiver_report());
  CHECK(called.hear_rtcp() == receiver_report());
  called.send_rtcp(receiver_report());
  CHECK(caller.hear_rtcp() == receiver_report());

  SECTION("query tells it per leg") {
    const auto reply = world.ng->call("query", call.named());
    CHECK(reply.text("result") == "ok");
    CHECK(rtp_stream_of(reply, "caller").dictionary("stats")->integer("packets") == 1);
    CHECK(rtp_stream_of(reply, "called-1").dictionary("stats")->integer("packets") == 1);
    CHECK(reply.dictionary("totals")->dictionary("RTP")->integer("packets") == 2);
    CHECK(reply.dictionary("totals")->dictionary("RTCP")->integer("packets") == 2);
  }
  SECTION("delete tells the last of it and leaves nothing") {
    const auto reply = call.hang_up(world);
    CHECK(reply.text("result") == "ok");
    CHECK(reply.dictionary("totals")->dictionary("RTP")->integer("bytes") == 32);
    const auto status = world.status();
    CHECK(status["sessions"] == 0);
    CHECK(status["ports"]["in_use"] == 0);
  }
}

TEST_CASE("relay: a phone of IPv4 and one of IPv6 hear each other", "[relay]") {
  World world({.settings = {{"media.address6", "::1"}}});
  const auto caller_family = GENERATE(os::Family::ipv4, os::Family::ipv6);
  const auto called_family = GENERATE(os::Family::ipv4, os::Family::ipv6);
  Phone caller(440.0, audio::Codec::mulaw, caller_family);
  Phone called(880.0, audio::Codec::mulaw, called_family);
  const TestCall call;
  auto body = call.offer_body(caller.sdp(), true);
  body.set("address family", called_family == os::Family::ipv4 ? "IP4" : "IP6");
  called.learn(world.ng->call("offer", body).text("sdp"));
  caller.learn(world.ng->call("answer", call.answer_body(called.sdp())).text("sdp"));
  const auto packet = known_packet();
  caller.send(packet);
  CHECK(called.hear() == packet);
  called.send(packet);
  CHECK(caller.hear() == packet);
  caller.send_rtcp(receiver_report());
  CHECK(called.hear_rtcp() == receiver_report());
  CHECK(call.hang_up(world).text("result") == "ok");
  CHECK(world.status()["ports"]["in_use"] == 0);
}

TEST_CASE("relay: a stranger is neither heard nor sent to", "[relay]") {
  World world;
  Phone caller;
  Phone called;
  Phone stranger;
  const TestCall call;
  call.establish(world, caller, called, false);
  caller.speak();
  REQUIRE(called.hear());

  // Speaks into the caller's port, before and after the caller.
  const auto stranger_socket = os::bind_udp(os::Address::loopback());
  for (int i = 0; i < 20; ++i) caller.speak_from(stranger_socket->get());
  caller.speak();
  CHECK(called.hear());
  CHECK_FALSE(called.hear(core::Milliseconds(100)));

  called.speak();
  CHECK(caller.hear());
  std::array<std::byte, 2048> buffer{};
  CHECK_FALSE(os::receive_from(stranger_socket->get(), buffer));
  const auto reply = world.ng->call("query", call.named());
  CHECK(rtp_stream_of(reply, "caller").dictionary("stats")->integer("errors") == 20);
}

TEST_CASE("relay: a stranger who was first loses to the phone", "[relay]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, false);
  const auto stranger_socket = os::bind_udp(os::Address::loopback());
  for (int i = 0; i < 5; ++i) caller.speak_from(stranger_socket->get());
  caller.speak();
  REQUIRE(test::eventually([&] {
    (void)called.drain();  // what the stranger said before
    caller.speak();
    return called.hear(core::Milliseconds(50)).has_value();
  }));
  called.speak();
  CHECK(caller.hear());
}

TEST_CASE("relay: a phone that moves is heard after its re-offer", "[relay]") {
  TwoInACall two;
  auto& [world, caller, called, call] = two;
  caller.speak();
  called.speak();
  REQUIRE(caller.hear());
  (void)called.drain();

  called.open();  // other sockets: another address as far as the relay sees
  // The called party offers: its tag is in from-tag, and in the answer too.
  const auto offered = world.ng->call("offer", {{"call-id", call.id.text()},
                                                {"from-tag", "called-1"},
                                                {"to-tag", "caller"},
                                                {"sdp", called.sdp("0 101")}});
  REQUIRE(offered.text("result") == "ok");
  const auto answered = world.ng->call("answer", {{"call-id", call.id.text()},
                                                  {"from-tag", "called-1"},
                                                  {"to-tag", "caller"},
                                                  {"sdp", caller.sdp("0 101")}});
  REQUIRE(answered.text("result") == "ok");
  caller.learn(offered.text("sdp"));
  called.learn(answered.text("sdp"));
  called.speak();
  CHECK(caller.hear());
  caller.speak();
  CHECK(called.hear());
}

TEST_CASE("relay: a party on hold is not sent to", "[relay]") {
  TwoInACall two;
  auto& [world, caller, called, call] = two;
  REQUIRE(world.ng->call("offer", call.offer_body(caller.sdp("0 101", "a=sendonly\r\n"), false))
              .text("result") == "ok");
  REQUIRE(world.ng->call("answer", call.answer_body(called.sdp("0 101", "a=recvonly\r\n")))
              .text("result") == "ok");
  caller.speak();
  CHECK(called.hear());
  called.speak();
  CHECK_FALSE(caller.hear(core::Milliseconds(100)));

  REQUIRE(world.ng->call("offer", call.offer_body(caller.sdp("0 101"), false)).text("result") ==
          "ok");
  REQUIRE(world.ng->call("answer", call.answer_body(called.sdp("0 101"))).text("result") == "ok");
  called.speak();
  CHECK(caller.hear());
}

TEST_CASE("relay: garbage of any kind ends at the relay", "[relay]") {
  TwoInACall two;
  auto& [world, caller, called, call] = two;
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    core::Bytes bytes(random() % 3000);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    if (!bytes.empty()) bytes[0] = static_cast<std::byte>(random() % 0x80);  // never version 2
    caller.send(bytes);
    caller.send_rtcp(bytes);
  }
  caller.send(core::Bytes(9000, std::byte{0x80}));
  CHECK_FALSE(called.hear(core::Milliseconds(100)));
  caller.speak();
  CHECK(called.hear());
  CHECK(world.status()["sessions"] == 1);
}

TEST_CASE("relay: a silence of both is told once, a hold is not one", "[relay]") {
  World world({.settings = {{"media.timeout", "1s"}}});
  Phone caller;
  Phone called;
  const TestCall held;
  held.establish(world, caller, called, false);
  REQUIRE(world.ng->call("offer", held.offer_body(caller.sdp("0 101", "a=inactive\r\n"), false))
              .text("result") == "ok");
  REQUIRE(world.ng->call("answer", held.answer_body(called.sdp("0 101", "a=inactive\r\n")))
              .text("result") == "ok");

  Phone other_caller;
  Phone other_called;
  const TestCall call;
  control::Client client = world.control();
  std::vector<core::Json> events;
  std::thread talking([&] {
    call.establish(world, other_caller, other_called, false);
    test::talk(other_caller, other_called, core::Milliseconds(200));
  });
  REQUIRE(client.follow({"media.timeout"}, [&](const control::Event& event) {
    events.push_back(event.data);
    return false;
  }));
  talking.join();
  REQUIRE(events.size() == 1);
  CHECK(events[0]["call"] == call.id.text());
  CHECK(events[0]["legs"] == core::Json::array({"caller", "called"}));

  // The account says why it ended.
  (void)call.hang_up(world);
  const core::Json ended = world.last_entry(call.id, "media.ended");
  CHECK(ended["reason"] == "timeout");
  CHECK(ended["legs"][0]["packets_received"] == 10);
  CHECK(ended["legs"][0]["codec"] == "PCMU");
  CHECK(ended["legs"][1]["media_ms"] == 180);
}

TEST_CASE("relay: media of another protocol is passed on as it is", "[relay]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  const auto t38 = [](const Phone& phone) {
    std::string sdp = phone.sdp("t38", "", "udptl");
    return sdp.replace(sdp.find("m=audio"), 7, "m=image");
  };
  const auto offered = world.ng->call("offer", call.offer_body(t38(caller), true));
  REQUIRE(offered.text("result") == "ok");
  called.learn(offered.text("sdp"));
  const auto answered = world.ng->call("answer", call.answer_body(t38(called)));
  REQUIRE(answered.text("result") == "ok");
  caller.learn(answered.text("sdp"));
  caller.send(core::as_bytes("fax"));
  CHECK(called.hear() == core::Bytes{std::byte{'f'}, std::byte{'a'}, std::byte{'x'}});
}

}  // namespace trunkline::mediaplane
