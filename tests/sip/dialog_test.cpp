// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "sip/parties.h"

using namespace trunkline;
using namespace trunkline::sip_test;

TEST_CASE("call: requests within a dialog come in order", "[call]") {
  World world;
  Called called(world);
  Peer peer(world);
  RequestText request{.method = "INVITE", .cseq = 10, .port = peer.port()};
  const std::uint16_t port = udp_port(*called.agent);
  peer.send(port, text_of(request));
  REQUIRE(world.until([&] { return called.invites == 1; }));
  called.invite->answer({.status = 200});
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
  request.to = header_of(peer.last("SIP/2.0 200"), "To");
  request.method = "ACK";
  request.branch = "z9hG4bK2";
  peer.send(port, text_of(request));
  REQUIRE(world.until([&] { return called.acknowledged == 1; }));

  request.method = "OPTIONS";
  request.branch = "z9hG4bK3";
  request.cseq = 12;
  peer.received.clear();
  peer.send(port, text_of(request));
  REQUIRE(world.until([&] { return called.within.size() == 1; }));
  for (const int cseq : {11, 12}) {
    INFO(cseq);
    request.cseq = cseq;
    request.branch = fmt::format("z9hG4bK-old-{}", cseq);
    peer.received.clear();
    peer.send(port, text_of(request));
    REQUIRE(world.until([&] { return peer.count("SIP/2.0 500") == 1; }));
  }
  CHECK(called.within.size() == 1);
  request.method = "BYE";
  request.cseq = 13;
  request.branch = "z9hG4bK5";
  peer.received.clear();
  peer.send(port, text_of(request));
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
  request.cseq = 14;
  request.branch = "z9hG4bK6";
  peer.received.clear();
  peer.send(port, text_of(request));
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") + peer.count("SIP/2.0 481") == 1; }));
}

TEST_CASE("call: requests follow the flow, not the contact", "[call]") {
  World world;
  Called called(world);
  Peer phone(world);
  // The contact is a private address that leads nowhere, as behind NAT.
  std::string text = text_of({.method = "INVITE", .port = phone.port()});
  const std::string contact = fmt::format("<sip:bob@127.0.0.1:{}>", phone.port());
  text.replace(text.find(contact), contact.size(), "<sip:bob@10.255.255.1:9>");
  const std::uint16_t port = udp_port(*called.agent);
  phone.send(port, text);
  REQUIRE(world.until([&] { return called.invites == 1; }));
  called.invite->answer({.status = 200});
  REQUIRE(world.until([&] { return phone.count("SIP/2.0 200") == 1; }));
  phone.send(port, text_of({.method = "ACK",
                            .branch = "z9hG4bK2",
                            .to = header_of(phone.last("SIP/2.0 200"), "To"),
                            .port = phone.port()}));
  REQUIRE(world.until([&] { return called.acknowledged == 1; }));
  called.agent->hang_up(std::move(called.dialog));
  REQUIRE(world.until([&] { return phone.count("BYE sip:bob@10.255.255.1:9") == 1; }));
}

TEST_CASE("call: a dialog survives the process that made it", "[call]") {
  World world;
  Call call(world);
  const std::string kept = sip::to_text(call.called.dialog->state());
  // Gone without a word, as after kill -9.
  call.called.dialog.reset();
  call.called.invite.reset();

  const auto state = sip::parse_dialog_state(kept);
  REQUIRE(state);
  auto restored = call.called.agent->restore(*state);
  CHECK(restored->is_confirmed());
  CHECK(restored->state() == *state);

  SECTION("the peer's requests find it") {
    int byes = 0;
    restored->on_request([&](std::unique_ptr<sip::ServerTransaction> transaction) {
      ++byes;
      transaction->answer({.status = 200});
    });
    call.caller.agent->hang_up(std::move(call.caller.dialog));
    REQUIRE(world.until([&] { return byes == 1; }));
  }
  SECTION("its BYE reaches the peer") {
    call.called.agent->hang_up(std::move(restored));
    REQUIRE(world.until([&] { return call.caller.within.size() == 1; }));
    CHECK(call.caller.within[0].method == sip::Method::bye);
  }
}

TEST_CASE("call: a route set is kept and followed", "[call]") {
  World world;
  Called called(world);
  Peer proxy(world);
  const std::string route = fmt::format("<sip:127.0.0.1:{};lr>", proxy.port());
  const std::uint16_t port = udp_port(*called.agent);
  proxy.send(port, text_of({.method = "INVITE",
                            .extra = fmt::format("Record-Route: {}\r\n", route),
                            .port = proxy.port()}));
  REQUIRE(world.until([&] { return called.invites == 1; }));
  called.invite->answer({.status = 200});
  REQUIRE(world.until([&] { return proxy.count("SIP/2.0 200") == 1; }));
  CHECK(header_of(proxy.last("SIP/2.0 200"), "Record-Route") == route);
  proxy.send(port, text_of({.method = "ACK",
                            .branch = "z9hG4bK2",
                            .to = header_of(proxy.last("SIP/2.0 200"), "To"),
                            .port = proxy.port()}));
  REQUIRE(world.until([&] { return called.acknowledged == 1; }));
  const sip::DialogState state = called.dialog->state();
  CHECK(state.route_set == std::vector<std::string>{route});
  auto dialog = std::move(called.dialog);
  SECTION("by the dialog itself") {}
  SECTION("by what is made of its state") {
    dialog.reset();
    dialog = called.agent->restore(state);
  }
  called.agent->hang_up(std::move(dialog));
  REQUIRE(world.until(
      [&] { return proxy.count(fmt::format("BYE sip:bob@127.0.0.1:{}", proxy.port())) == 1; }));
  CHECK(header_of(proxy.last("BYE"), "Route") == route);
}
