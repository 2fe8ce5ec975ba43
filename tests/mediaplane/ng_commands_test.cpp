// SPDX-License-Identifier: MIT
#include "mediaplane/ng_commands.h"

#include <catch2/catch.hpp>

#include "mediaplane/world.h"

namespace trunkline::mediaplane {
namespace {

using ng::Dictionary;
using ng::List;
using test::Phone;
using test::TestCall;
using test::World;

}  // namespace

TEST_CASE("ng: ping tells a recorderd from an rtpengine", "[ng_commands]") {
  World world;
  const Dictionary pong = world.ng->call("ping", {});
  CHECK(pong.text("result") == "pong");
  CHECK(pong.integer(ng::kVersionKey) == 1);
}

TEST_CASE("ng: what a sipd left behind is closed by the first ping of its next start",
          "[ng_commands]") {
  World world;
  const auto offer = [&](const char* node, const char* start) {
    Dictionary body = TestCall().offer_body(Phone().sdp(), false);
    if (*node != 0) body.set(ng::kNodeKey, node).set(ng::kStartKey, start);
    REQUIRE(world.ng->call("offer", body).text("result") == "ok");
  };
  const auto ping = [&](const char* node, const char* start) {
    const Dictionary pong = world.ng->call("ping", {{ng::kNodeKey, node}, {ng::kStartKey, start}});
    CHECK(pong.text("result") == "pong");
    return world.status()["sessions"].get<int>();
  };
  offer("one", "1");
  offer("one", "2");
  offer("two", "1");
  offer("", "");
  CHECK(ping("one", "1") == 4);
  CHECK(ping("one", "2") == 3);
  // Late, of what is not there any more.
  CHECK(ping("one", "1") == 3);
  CHECK(ping("two", "1") == 3);
  CHECK(ping("three", "9") == 3);
  CHECK(ping("", "9") == 3);
  CHECK(ping("one", "3") == 2);
  CHECK(ping("two", "3") == 1);
}

TEST_CASE("ng: what is missing or unknown is refused in rtpengine's words", "[ng_commands]") {
  World world;
  const std::string sdp = Phone().sdp();
  struct Case {
    const char* command;
    Dictionary body;
    const char* reason;
  };
  const Case cases[] = {
      {"offer", {}, "No call-id in message"},
      {"offer", {{"call-id", "x"}}, "No from-tag in message"},
      {"offer", {{"call-id", "x"}, {"from-tag", "a"}}, "No SDP body in message"},
      {"answer", {{"call-id", "x"}, {"from-tag", "a"}}, "No to-tag in message"},
      {"answer",
       {{"call-id", "x"}, {"from-tag", "a"}, {"to-tag", "b"}, {"sdp", sdp}},
       "Unknown call-id"},
      {"query", {{"call-id", "x"}}, "Unknown call-id"},
      {"delete", {}, "No call-id in message"},
      {"delete",
       {{"call-id", "x"}, {"flags", List{"fatal"}}},
       "Call-ID not found or tags didn't match"},
      {"start recording", {{"call-id", "x"}}, "Unknown call-id"},
      {"play media", {{"call-id", "x"}}, "Unrecognized command"},
  };
  for (const Case& row : cases) {
    INFO(row.command << ": " << row.reason);
    const Dictionary reply = world.ng->call(row.command, row.body);
    CHECK(reply.text("result") == "error");
    CHECK(reply.text("error-reason") == row.reason);
  }
  const Dictionary bad =
      world.ng->call("offer", {{"call-id", "x"}, {"from-tag", "a"}, {"sdp", "hello"}});
  CHECK_THAT(std::string(bad.text("error-reason")), Catch::StartsWith("Failed to parse SDP: "));
  CHECK(world.status()["sessions"] == 0);
}

TEST_CASE("ng: deleting an unknown call is a warning", "[ng_commands]") {
  World world;
  const Dictionary reply = world.ng->call("delete", {{"call-id", "x"}, {"from-tag", "a"}});
  CHECK(reply.text("result") == "ok");
  CHECK(reply.text("warning") == "Call-ID not found or tags didn't match");
}

TEST_CASE("ng: the offer's reply points at our port for the called, the answer's for the caller",
          "[ng_commands]") {
  World world;
  const Phone caller;
  const Phone called;
  const TestCall call;
  const Dictionary offered = world.ng->call("offer", call.offer_body(caller.sdp(), false));
  const Dictionary again = world.ng->call("offer", call.offer_body(caller.sdp(), false));
  const Dictionary answered = world.ng->call("answer", call.answer_body(called.sdp("8 101")));
  const auto port = [](const Dictionary& reply) {
    return sdp::Session::parse(reply.text("sdp")).value().media.at(0).port.value();
  };
  CHECK(port(offered) % 2 == 0);
  CHECK(port(again) == port(offered));
  CHECK(port(answered) != port(offered));
  const auto session = sdp::Session::parse(answered.text("sdp")).value();
  CHECK(session.origin().address == "127.0.0.1");
  CHECK(session.media.at(0).formats == std::vector<std::string>{"8", "101"});
  CHECK(sdp::rtcp_endpoint_of(session, session.media.at(0))->port.value() == port(answered) + 1);
}

TEST_CASE("ng: the advertised address is what SDP says, unless the command says another",
          "[ng_commands]") {
  World world({.settings = {{"media.advertised_address", "192.0.2.200"},
                            {"media.advertised_networks", "10.0.0.0/8 10.0.0.5"}}});
  const Phone caller;
  const TestCall call;
  Dictionary body = call.offer_body(caller.sdp(), false);
  const auto told = [&](const std::string& from) {
    body.set("received from", ng::List{"IP4", from});
    const auto reply = world.ng->call("offer", body);
    return sdp::connection_of(sdp::Session::parse(reply.text("sdp")).value(),
                              sdp::Session::parse(reply.text("sdp")).value().media.at(0))
        ->address;
  };
  CHECK(told("198.51.100.1") == "192.0.2.200");
  CHECK(told("10.9.9.9") == "10.0.0.5");
  CHECK(told("127.0.0.1") == "127.0.0.1");
  const auto changed =
      config::Config::of({{"media.advertised_networks", "10.0.0.0/8 10.0.0.6"}}).value();
  world.main().run([&] { (void)world.engine().reload(changed); });
  CHECK(told("10.9.9.9") == "10.0.0.6");
  body.set("media address", "192.0.2.201");
  CHECK(told("10.9.9.9") == "192.0.2.201");
}

TEST_CASE("ng: keys of several words may be written with hyphens, as Kamailio does",
          "[ng_commands]") {
  World world({.settings = {{"media.address6", "::1"},
                            {"media.advertised_networks", "198.51.100.0/24 10.0.0.5"}}});
  const Phone caller;
  Dictionary body{{"call-id", "of another exchange"}, {"from-tag", "a"}, {"sdp", caller.sdp()}};
  const auto told = [&] {
    const auto reply = world.ng->call("offer", body);
    const auto session = sdp::Session::parse(reply.text("sdp")).value();
    return sdp::connection_of(session, session.media.at(0))->address;
  };
  body.set("received-from", List{"IP4", "198.51.100.1"});
  CHECK(told() == "10.0.0.5");
  body.set("media-address", "192.0.2.201");
  CHECK(told() == "192.0.2.201");
  body.remove("media-address");
  body.set("address-family", "IP6");
  CHECK(told() == "::1");
}

TEST_CASE("ng: however another exchange asks in its offer, the call is recorded", "[ng_commands]") {
  World world;
  const Phone caller;
  const Phone called;
  struct Case {
    const char* key;
    ng::Value value;
    int recordings;
  };
  const Case cases[] = {
      {"record call", "yes", 1}, {"record call", "on", 1},  {"record-call", "yes", 1},
      {"record-call", "on", 1},  {"record-call", "off", 0}, {"flags", List{"record-call"}, 1},
  };
  for (const Case& row : cases) {
    INFO(row.key);
    Dictionary body{{"call-id", "foreign"}, {"from-tag", "a"}, {"sdp", caller.sdp()}};
    body.set(row.key, row.value);
    CHECK(world.ng->call("offer", body).text("result") == "ok");
    body = {{"call-id", "foreign"}, {"from-tag", "a"}, {"to-tag", "b"}, {"sdp", called.sdp()}};
    CHECK(world.ng->call("answer", body).text("result") == "ok");
    CHECK(world.status()["recordings_running"] == row.recordings);
    CHECK(world.ng->call("delete", {{"call-id", "foreign"}}).text("result") == "ok");
  }
}

TEST_CASE("ng: who will read the SDP decides which of our addresses is in it", "[ng_commands]") {
  World world({.settings = {{"media.advertised_address", "192.0.2.200"},
                            {"media.advertised_networks", "10.0.0.0/8 10.0.0.5"}}});
  const TestCall call;
  const Phone caller;
  ng::Dictionary body = call.offer_body(caller.sdp(), false);
  // The caller is on loopback; without the reader's address that would be all we know.
  body.set(ng::kReaderKey, "10.20.30.40");
  CHECK(world.ng->call("offer", body).text("sdp").find("c=IN IP4 10.0.0.5") !=
        std::string_view::npos);
  body.set(ng::kReaderKey, "no address");
  CHECK(world.ng->call("offer", body).text("result") == "ok");
}

TEST_CASE("ng: the address family asked for is that of the reply's SDP", "[ng_commands]") {
  World world({.settings = {{"media.address6", "::1"}}});
  const Phone caller;
  Phone called(440.0, audio::Codec::mulaw, os::Family::ipv6);
  const TestCall call;
  Dictionary body = call.offer_body(caller.sdp(), false);
  CHECK_THAT(std::string(world.ng->call("offer", body).text("sdp")),
             Catch::Contains("c=IN IP4 127.0.0.1"));
  CHECK(world.status()["ports"]["in_use"] == 2);
  body.set("address family", "IP6");
  const auto offered = world.ng->call("offer", body);
  CHECK_THAT(std::string(offered.text("sdp")), Catch::Contains("c=IN IP6 ::1"));
  CHECK_THAT(std::string(offered.text("sdp")), Catch::Contains("o=- 1 1 IN IP6 ::1"));
  CHECK(world.status()["ports"]["in_use"] == 3);
  const auto answered = world.ng->call("answer", call.answer_body(called.sdp()));
  CHECK_THAT(std::string(answered.text("sdp")), Catch::Contains("c=IN IP4 127.0.0.1"));
  CHECK(call.hang_up(world).text("result") == "ok");
  CHECK(world.status()["ports"]["in_use"] == 0);
}

TEST_CASE("ng: a family that media has no address of is refused", "[ng_commands]") {
  World world({.settings = {{"media.address", "::1"}, {"media.address6", "::1"}}});
  const auto refused = world.ng->call("offer", TestCall().offer_body(Phone().sdp(), false));
  CHECK(refused.text("result") == "error");
  CHECK(refused.text("error-reason") == "there is no IPv4 address for media");
  CHECK(world.status()["sessions"] == 0);
}

TEST_CASE("ng: bound to any address, SDP says the one that leads to the phone", "[ng_commands]") {
  World world({.settings = {{"media.address", "0.0.0.0"}}});
  CHECK_THAT(
      std::string(world.ng->call("offer", TestCall().offer_body(Phone().sdp(), false)).text("sdp")),
      Catch::Contains("c=IN IP4 127.0.0.1"));
}

TEST_CASE("ng: an answer that does not fit its offer is refused", "[ng_commands]") {
  World world;
  const TestCall call;
  REQUIRE(world.ng->call("offer", call.offer_body(Phone().sdp(), false)).text("result") == "ok");
  const Dictionary reply =
      world.ng->call("answer", call.answer_body(Phone().sdp("0", "m=video 4000 RTP/AVP 34\r\n")));
  CHECK(reply.text("result") == "error");
}

TEST_CASE("ng: list names the calls, as many as asked for", "[ng_commands]") {
  World world;
  const Phone phone;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(world.ng->call("offer", TestCall().offer_body(phone.sdp(), false)).text("result") ==
            "ok");
  }
  CHECK(world.ng->call("list", {}).texts("calls").size() == 3);
  CHECK(world.ng->call("list", {{"limit", 2}}).texts("calls").size() == 2);
}

TEST_CASE("ng: a branch that lost does not end the call", "[ng_commands]") {
  World world;
  const Phone caller;
  const Phone called;
  const TestCall call;
  REQUIRE(world.ng->call("offer", call.offer_body(caller.sdp(), false)).text("result") == "ok");
  for (const char* branch : {"called-1", "called-2"}) {
    Dictionary body = call.answer_body(called.sdp());
    body.set("to-tag", branch);
    REQUIRE(world.ng->call("answer", body).text("result") == "ok");
  }
  Dictionary lost = call.named();
  lost.set("to-tag", "called-1");
  CHECK(world.ng->call("delete", lost).text("result") == "ok");
  CHECK(world.status()["sessions"] == 1);
  // The called party hangs up: the tags are the other way round.
  CHECK(world.ng
            ->call("delete",
                   {{"call-id", call.id.text()}, {"from-tag", "called-2"}, {"to-tag", "caller"}})
            .text("result") == "ok");
  CHECK(world.status()["sessions"] == 0);
}

TEST_CASE("ng: when ports run out the offer is refused and leaves nothing", "[ng_commands]") {
  World world({.settings = {{"media.rtp_min", "21000"}, {"media.rtp_max", "21007"}}});
  const Phone phone;
  std::size_t accepted = 0;
  Dictionary reply;
  do {
    reply = world.ng->call("offer", TestCall().offer_body(phone.sdp(), false));
    accepted += reply.text("result") == "ok" ? 1 : 0;
  } while (reply.text("result") == "ok" && accepted < 10);
  CHECK(accepted <= 2);
  CHECK(reply.text("result") == "load limit");
  CHECK_FALSE(reply.text("message").empty());
  CHECK(test::eventually([&] { return world.status()["ports"]["in_use"] == 2 * accepted; }));
  CHECK(world.status()["ports"]["resting"].is_number());
  CHECK(world.status()["sessions"] == accepted);
}

TEST_CASE("ng: sessions are listed with both legs", "[ng_commands]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, false);
  caller.speak();
  REQUIRE(called.hear());
  std::vector<core::Json> items;
  REQUIRE(world.control().call("session.list", core::Json::object(),
                               [&](const core::Json& item) { items.push_back(item); }));
  REQUIRE(items.size() == 1);
  CHECK(items[0]["call"] == call.id.text());
  CHECK(items[0]["legs"][0]["packets_received"] == 1);
  CHECK(items[0]["legs"][1]["packets_sent"] == 1);
  CHECK(items[0]["legs"][1]["codec"] == "PCMU");
}

TEST_CASE("ng: the called side stays the called side when it makes the first offer",
          "[ng_commands]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  Dictionary offer = call.offer_body(called.sdp(), false);
  offer.set("from-tag", "called-1");
  offer.set("to-tag", "caller");
  REQUIRE(world.ng->call("offer", offer).text("result") == "ok");
  Dictionary answer = call.answer_body(caller.sdp());
  answer.set("from-tag", "called-1");
  answer.set("to-tag", "caller");
  REQUIRE(world.ng->call("answer", answer).text("result") == "ok");
  std::vector<core::Json> items;
  REQUIRE(world.control().call("session.list", core::Json::object(),
                               [&](const core::Json& item) { items.push_back(item); }));
  REQUIRE(items.size() == 1);
  CHECK(items[0]["legs"][0]["leg"] == "caller");
  CHECK(items[0]["legs"][0]["tag"] == "caller");
  CHECK(items[0]["legs"][1]["tag"] == "called-1");
}

}  // namespace trunkline::mediaplane
