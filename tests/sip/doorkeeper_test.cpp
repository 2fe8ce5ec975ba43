// SPDX-License-Identifier: MIT
#include "sip/doorkeeper.h"

#include <catch2/catch.hpp>

#include "os/socket.h"
#include "sip/keeper.h"
#include "sip/loopback.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

/// An agent that answers everything 200.
struct Guarded {
  explicit Guarded(World& world) : agent(world.agent({.doorkeeper = &keeper})) {
    agent->on_request([this](sip::IncomingRequest incoming) {
      ++heard;
      std::move(incoming).reply({.status = 200});
    });
  }
  Keeper keeper;
  std::size_t heard = 0;
  std::unique_ptr<sip::Agent> agent;
};

std::string without(std::string text, const std::string& header) {
  const auto begin = text.find(header + ":");
  text.erase(begin, text.find("\r\n", begin) + 2 - begin);
  return text;
}

}  // namespace

TEST_CASE("doorkeeper: is asked once for each message, by its true source", "[doorkeeper]") {
  World world;
  Guarded guarded(world);
  Peer peer(world);
  // The Via names somebody else.
  std::string text = text_of({.port = peer.port()});
  text.replace(text.find("127.0.0.1:"), 9, "192.0.2.7");
  peer.send(udp_port(*guarded.agent), text);
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
  REQUIRE(guarded.keeper.asked.size() == 1);
  CHECK(guarded.keeper.asked.front().text() == fmt::format("127.0.0.1:{}", peer.port()));
  CHECK(guarded.heard == 1);
  CHECK(guarded.keeper.broken.empty());
}

TEST_CASE("doorkeeper: who is not admitted gets no answer, and nobody hears of it",
          "[doorkeeper]") {
  World world;
  Guarded guarded(world);
  Peer peer(world);
  guarded.keeper.is_open = false;
  const std::uint16_t port = udp_port(*guarded.agent);
  for (const char* method : {"OPTIONS", "INVITE", "REGISTER", "BYE", "NONSENSE"}) {
    peer.send(port, text_of({.method = method, .port = peer.port()}));
  }
  peer.send(port, "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1\r\n\r\n");
  REQUIRE(world.until([&] { return guarded.keeper.asked.size() == 6; }));
  world.run_for(50ms);
  CHECK(peer.received.empty());
  CHECK(guarded.heard == 0);
  CHECK(guarded.keeper.broken.empty());

  guarded.keeper.is_open = true;
  peer.send(port, text_of({.port = peer.port()}));
  CHECK(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
}

TEST_CASE("doorkeeper: hears of messages that are no SIP", "[doorkeeper]") {
  World world;
  Guarded guarded(world);
  Peer peer(world);
  const std::string good = text_of({.port = peer.port()});
  for (const char* header : {"Via", "From", "To", "Call-ID", "CSeq"}) {
    CAPTURE(header);
    const std::size_t before = guarded.keeper.broken.size();
    peer.send(udp_port(*guarded.agent), without(good, header));
    CHECK(world.until([&] { return guarded.keeper.broken.size() == before + 1; }));
  }
  std::string bad_number = good;
  bad_number.replace(bad_number.find("CSeq: 1"), 7, "CSeq: x");
  peer.send(udp_port(*guarded.agent), bad_number);
  CHECK(world.until([&] { return guarded.keeper.broken.size() == 6; }));
  // A header that nobody needs may be anything, and so may a body.
  peer.send(
      udp_port(*guarded.agent),
      text_of({.extra = "X-Anything: \x01\xff\r\n", .body = "\x00\x01", .port = peer.port()}));
  CHECK(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
  CHECK(guarded.keeper.broken.size() == 6);
  CHECK(guarded.keeper.broken.front().host() == "127.0.0.1");
}

TEST_CASE("doorkeeper: stands at TCP connections, too", "[doorkeeper]") {
  World world;
  Guarded guarded(world);
  const auto target =
      os::Address::loopback(core::Port(port_of(*guarded.agent, sip::Protocol::tcp)));
  const auto connection = core::value_or_throw(os::connect_tcp(target, core::Seconds(5)));
  std::string text = text_of({.port = 9});
  text.replace(text.find("/UDP"), 4, "/TCP");
  REQUIRE(::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
  REQUIRE(world.until([&] { return guarded.heard == 1; }));
  CHECK(guarded.keeper.asked.size() == 1);
  guarded.keeper.is_open = false;
  REQUIRE(::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
  REQUIRE(world.until([&] { return guarded.keeper.asked.size() == 2; }));
  world.run_for(50ms);
  CHECK(guarded.heard == 1);
}

TEST_CASE("doorkeeper: each agent asks its own, and none that has gone", "[doorkeeper]") {
  World world;
  Peer peer(world);
  const auto first = std::make_unique<Guarded>(world);
  const auto free = world.agent();
  free->on_request(
      [](sip::IncomingRequest incoming) { std::move(incoming).reply({.status = 202}); });
  for (int round = 0; round < 3; ++round) {
    Guarded second(world);
    second.keeper.is_open = false;
    const std::string text = text_of({.call_id = fmt::format("c{}", round), .port = peer.port()});
    const std::size_t before = first->keeper.asked.size();
    peer.received.clear();
    for (const sip::Agent* agent : {second.agent.get(), first->agent.get(), free.get()}) {
      peer.send(udp_port(*agent), text);
    }
    REQUIRE(world.until([&] { return peer.received.size() == 2; }));
    CHECK(peer.count("SIP/2.0 200") == 1);
    CHECK(peer.count("SIP/2.0 202") == 1);
    CHECK(first->keeper.asked.size() == before + 1);
    CHECK(world.until([&] { return second.keeper.asked.size() == 1; }));
  }
}
