// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "sip/parties.h"

using namespace trunkline;
using namespace trunkline::sip_test;

TEST_CASE("call: INVITE, 180, 200, ACK, BYE, over UDP and TCP", "[call]") {
  World world;
  const auto protocol = GENERATE(sip::Protocol::udp, sip::Protocol::tcp);
  Called called(world);
  Caller caller(world, port_of(*called.agent, protocol), std::string(sip::name_of(protocol)));
  caller.call();
  REQUIRE(world.until([&] { return called.invites == 1; }));
  CHECK(called.request.from.display_name == "Alice");
  CHECK(called.request.from.uri.text() == "sip:alice@example.org");
  CHECK(called.request.has_sdp());
  CHECK(called.request.flow.protocol == protocol);
  CHECK(called.request.call_id == caller.dialog->call_id());

  REQUIRE(called.invite->provisional({.status = 180}));
  REQUIRE(world.until([&] { return caller.provisional.size() == 1; }));
  CHECK(caller.provisional[0].status == 180);
  CHECK(!caller.dialog->is_confirmed());

  REQUIRE(called.invite->answer({.status = 200, .content = sip::Content::sdp(kSdp)}));
  CHECK_FALSE(called.invite->answer({.status = 200}));
  CHECK_FALSE(called.invite->provisional({.status = 180}));
  REQUIRE(world.until([&] { return called.acknowledged == 1; }));
  CHECK(caller.final.size() == 1);
  CHECK(caller.final[0].has_sdp());
  CHECK(caller.dialog->is_confirmed());
  CHECK(called.dialog->is_confirmed());

  SECTION("the caller hangs up") {
    caller.agent->hang_up(std::move(caller.dialog), {sip::reason_q850(16, "Normal")});
    REQUIRE(world.until([&] { return called.within.size() == 1; }));
    CHECK(called.within[0].method == sip::Method::bye);
    CHECK(sip::q850_cause(called.within[0].headers) == 16);
    CHECK(!called.dialog->is_confirmed());
  }
  SECTION("the called hangs up") {
    called.agent->hang_up(std::move(called.dialog));
    REQUIRE(world.until([&] { return caller.within.size() == 1; }));
    CHECK(caller.within[0].method == sip::Method::bye);
    CHECK(!caller.dialog->is_confirmed());
  }
  SECTION("both hang up at once") {
    caller.agent->hang_up(std::move(caller.dialog));
    called.agent->hang_up(std::move(called.dialog));
  }
  caller.invite.reset();
  called.invite.reset();
  caller.dialog.reset();
  called.dialog.reset();
  REQUIRE(world.until(
      [&] { return caller.agent->counts().dialogs == 0 && called.agent->counts().dialogs == 0; }));
  CHECK(caller.agent->counts().client_transactions == 0);
  CHECK(called.agent->counts().server_transactions == 0);
}

TEST_CASE("call: the caller gives up", "[call]") {
  World world;
  Called called(world);
  Caller caller(world, udp_port(*called.agent));
  caller.call();
  REQUIRE(world.until([&] { return called.invites == 1; }));
  called.invite->provisional({.status = 180});
  REQUIRE(world.until([&] { return caller.provisional.size() == 1; }));

  SECTION("and hears 487") {
    caller.invite->cancel({sip::reason_sip(200, "Call completed elsewhere")});
    REQUIRE(world.until([&] { return caller.final.size() == 1; }));
    CHECK(caller.final[0].status == 487);
    CHECK(called.cancelled == 1);
    CHECK(sip::find_header(called.cancel_reason, "Reason") ==
          "SIP;cause=200;text=\"Call completed elsewhere\"");
    CHECK_FALSE(called.invite->answer({.status = 200}));
  }
  SECTION("while the owner still writes its entry: nothing is answered before") {
    called.answers_cancel = false;
    caller.invite->cancel();
    REQUIRE(world.until([&] { return called.cancelled == 1; }));
    world.run_for(50ms);
    CHECK(caller.final.empty());
    CHECK(called.invite->is_cancelled());
    CHECK(called.invite->answer({.status = 486}));
    REQUIRE(world.until([&] { return caller.final.size() == 1; }));
    CHECK(caller.final[0].status == 487);
  }
  SECTION("as the called answers: the dialog is confirmed and the owner's to end") {
    called.answers_cancel = false;
    called.invite->answer({.status = 200, .content = sip::Content::sdp(kSdp)});
    caller.invite->cancel();
    REQUIRE(world.until([&] { return called.acknowledged == 1; }));
    CHECK(caller.final[0].status == 200);
    CHECK(called.cancelled == 0);
    caller.agent->hang_up(std::move(caller.dialog));
    REQUIRE(world.until([&] { return called.within.size() == 1; }));
  }
  SECTION("as the called answers, and nobody is there any more: ACK and BYE all the same") {
    called.answers_cancel = false;
    called.invite->answer({.status = 200, .content = sip::Content::sdp(kSdp)});
    caller.agent->hang_up(std::move(caller.dialog), {sip::reason_q850(16)});
    caller.invite.reset();
    REQUIRE(world.until([&] { return called.within.size() == 1; }));
    CHECK(called.acknowledged == 1);
    CHECK(called.within[0].method == sip::Method::bye);
    CHECK(sip::q850_cause(called.within[0].headers) == 16);
    CHECK(caller.final.empty());
    REQUIRE(world.until([&] { return caller.agent->counts().dialogs == 0; }));
  }
  SECTION("by dropping everything") {
    caller.agent->hang_up(std::move(caller.dialog));
    caller.invite.reset();
    REQUIRE(world.until([&] { return called.cancelled == 1; }));
    REQUIRE(world.until([&] { return caller.agent->counts().dialogs == 0; }));
    CHECK(caller.final.empty());
  }
}

TEST_CASE("call: a refusal is passed on with its reason", "[call]") {
  World world;
  Called called(world);
  Caller caller(world, udp_port(*called.agent));
  caller.call();
  REQUIRE(world.until([&] { return called.invites == 1; }));
  called.invite->answer({.status = 486,
                         .phrase = "Not now",
                         .content = {.headers = {sip::reason_q850(17, "User busy")}}});
  REQUIRE(world.until([&] { return caller.final.size() == 1; }));
  CHECK(caller.final[0].status == 486);
  CHECK(caller.final[0].phrase == "Not now");
  CHECK(sip::q850_cause(caller.final[0].headers) == 17);
  CHECK(!caller.dialog->is_confirmed());
}

TEST_CASE("call: a server transaction that is dropped answers 500", "[call]") {
  World world;
  Called called(world);
  Caller caller(world, udp_port(*called.agent));
  caller.call();
  REQUIRE(world.until([&] { return called.invites == 1; }));
  called.invite.reset();
  REQUIRE(world.until([&] { return caller.final.size() == 1; }));
  CHECK(caller.final[0].status == 500);
}

TEST_CASE("call: an INVITE without offer waits for its owner's ACK", "[call]") {
  World world;
  Called called(world);
  Caller caller(world, udp_port(*called.agent));
  caller.call({});
  REQUIRE(world.until([&] { return called.invites == 1; }));
  CHECK(!called.request.has_sdp());
  called.invite->answer({.status = 200, .content = sip::Content::sdp(kSdp)});
  REQUIRE(world.until([&] { return caller.final.size() == 1; }));
  world.run_for(30ms);
  CHECK(called.acknowledged == 0);
  caller.invite->acknowledge(sip::Content::sdp("answer"));
  REQUIRE(world.until([&] { return called.acknowledged == 1; }));
  CHECK(called.ack_body == "answer");
}

TEST_CASE("call: re-INVITE, in both directions", "[call]") {
  World world;
  Call call(world);
  int finals = 0;
  const auto again =
      call.caller.dialog->invite(sip::Content::sdp(kSdp), {.final = [&](const auto& response) {
                                   CHECK(response.status == 200);
                                   ++finals;
                                 }});
  REQUIRE(world.until([&] { return call.called.reinvite != nullptr; }));
  SECTION("a second one at the same time must wait") {
    std::vector<sip::Response> crossed;
    const auto theirs = call.called.dialog->invite(
        sip::Content::sdp(kSdp), {.final = [&](const auto& r) { crossed.push_back(r); }});
    REQUIRE(world.until([&] { return crossed.size() == 1; }));
    CHECK(crossed[0].status == 491);
  }
  int acknowledged = 0;
  call.called.reinvite->on_events({.acknowledged = [&](const auto&) { ++acknowledged; }});
  call.called.reinvite->answer({.status = 200, .content = sip::Content::sdp(kSdp)});
  REQUIRE(world.until([&] { return acknowledged == 1; }));
  CHECK(finals == 1);
  CHECK(call.called.within[0].cseq == call.called.request.cseq + 1);
  call.called.agent->hang_up(std::move(call.called.dialog));
  REQUIRE(world.until([&] { return call.caller.within.size() == 1; }));
}

TEST_CASE("call: a 2xx that nobody ACKs is reported after 32 seconds", "[call]") {
  World world;
  Called called(world);
  Peer peer(world);
  peer.send(udp_port(*called.agent), text_of({.method = "INVITE", .port = peer.port()}));
  REQUIRE(world.until([&] { return called.invites == 1; }));
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 100") == 1; }));
  called.invite->answer({.status = 200, .content = sip::Content::sdp(kSdp)});
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
  SECTION("and the answer is repeated until then") {
    world.push_time(600ms);
    REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 2; }));
    CHECK(called.unacknowledged == 0);
    world.push_time(33s);
    REQUIRE(world.until([&] { return called.unacknowledged == 1; }));
    CHECK(called.acknowledged == 0);
    called.agent->hang_up(std::move(called.dialog));
    REQUIRE(world.until([&] { return peer.count("BYE sip:bob@127.0.0.1") >= 1; }));
  }
  SECTION("and a BYE has to wait for it") {
    called.agent->hang_up(std::move(called.dialog));
    world.run_for(30ms);
    CHECK(peer.count("BYE") == 0);
    world.push_time(33s);
    REQUIRE(world.until([&] { return peer.count("BYE sip:bob@127.0.0.1") >= 1; }));
    CHECK(called.unacknowledged == 1);
  }
}

TEST_CASE("call: a repeated 2xx is ACKed again", "[call]") {
  World world;
  Peer peer(world);
  Caller caller(world, peer.port());
  caller.call();
  REQUIRE(world.until([&] { return peer.count("INVITE") == 1; }));
  const std::string invite = peer.last("INVITE");
  const std::string ok = fmt::format(
      "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=them\r\nCall-ID: {}\r\nCSeq: {}\r\n"
      "Contact: <sip:bob@127.0.0.1:{}>\r\nContent-Length: 0\r\n\r\n",
      header_of(invite, "Via"), header_of(invite, "From"), header_of(invite, "To"),
      header_of(invite, "Call-ID"), header_of(invite, "CSeq"), peer.port());
  const std::uint16_t port = udp_port(*caller.agent);
  peer.send(port, ok);
  REQUIRE(world.until([&] { return peer.count("ACK") == 1; }));
  peer.send(port, ok);
  REQUIRE(world.until([&] { return peer.count("ACK") == 2; }));
  CHECK(caller.final.size() == 1);

  SECTION("a second answer from elsewhere is ACKed and ended") {
    std::string other = ok;
    other.replace(other.find("tag=them"), 8, "tag=elsewhere");
    peer.send(port, other);
    REQUIRE(world.until([&] { return peer.count("BYE") >= 1; }));
    CHECK(peer.last("BYE").find("tag=elsewhere") != std::string::npos);
    CHECK(caller.final.size() == 1);
  }
}

TEST_CASE("call: three hundred calls leave nothing behind", "[call]") {
  World world;
  Called called(world);
  const auto caller = world.agent();
  for (int i = 0; i < 300; ++i) {
    called.invites = 0;
    called.acknowledged = 0;
    called.within.clear();
    auto dialog = caller->dial(
        {.target = *sip::Uri::parse(fmt::format("sip:bob@127.0.0.1:{}", udp_port(*called.agent))),
         .from = {.uri = *sip::Uri::parse("sip:alice@example.org")},
         .to = {.uri = *sip::Uri::parse("sip:bob@example.org")}});
    auto invite = dialog->invite(sip::Content::sdp(kSdp), {});
    REQUIRE(world.until([&] { return called.invites == 1; }));
    called.invite->answer({.status = i % 3 == 0 ? 486 : 200});
    if (i % 3 != 0) {
      REQUIRE(world.until([&] { return called.acknowledged == 1; }));
      caller->hang_up(std::move(dialog));
      REQUIRE(world.until([&] { return called.within.size() == 1; }));
    } else {
      REQUIRE(world.until([&] { return invite->is_finished(); }));
    }
    called.invite.reset();
    called.dialog.reset();
  }
  REQUIRE(world.until([&] { return caller->counts().client_transactions == 0; }));
  CHECK(caller->counts().dialogs == 0);
  CHECK(called.agent->counts().dialogs == 0);
  CHECK(called.agent->counts().server_transactions == 0);
  // Sofia keeps finished transactions for 32 s, then frees them.
  for (int i = 0; i < 4; ++i) {
    world.push_time(33s);
    world.run_for(20ms);
  }
  REQUIRE(world.until([&] {
    return caller->counts().sofia_outgoing == 0 && called.agent->counts().sofia_incoming == 0;
  }));
}
