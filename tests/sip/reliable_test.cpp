// SPDX-License-Identifier: MIT
// Reliable provisional answers (RFC 3262), from both sides.
#include <catch2/catch.hpp>

#include "sip/parties.h"

using namespace trunkline;
using namespace trunkline::sip_test;

namespace {

sip::AgentOptions knowing_prack() {
  sip::AgentOptions options;
  options.methods.push_back(sip::Method::prack);
  options.extensions = {"100rel"};
  return options;
}

sip::Content offer(bool knows_100rel) {
  sip::Content content = sip::Content::sdp(kSdp);
  if (knows_100rel) content.headers = {{"Supported", "100rel"}};
  return content;
}

}  // namespace

TEST_CASE("reliable: repeated until its PRACK, told once, one at a time", "[reliable]") {
  World world;
  Called called(world, knowing_prack());
  Caller caller(world, port_of(*called.agent, sip::Protocol::udp));
  caller.call(offer(true));
  REQUIRE(world.until([&] { return called.invites == 1; }));
  REQUIRE(called.invite->provisional_reliably({.status = 183, .content = sip::Content::sdp(kSdp)}));
  CHECK_FALSE(called.invite->provisional_reliably({.status = 180}));
  CHECK_FALSE(called.invite->answer({.status = 200}));
  // 100 and three times 183, at 0, 0.5 and 1.5 s.
  REQUIRE(world.until([&] { return caller.agent->counts().received >= 4; }));
  REQUIRE(caller.provisional.size() == 1);
  CHECK(caller.provisional[0].has_sdp());
  REQUIRE(caller.provisional[0].reliable_sequence);
  const std::uint32_t first = *caller.provisional[0].reliable_sequence;

  SECTION("acknowledged, then another one, then the answer") {
    caller.invite->prack(first);
    REQUIRE(world.until([&] { return called.within.size() == 1; }));
    CHECK(called.within[0].method == sip::Method::prack);
    CHECK(sip::find_header(called.within[0].headers, "RAck") ==
          fmt::format("{} {} INVITE", first, called.request.cseq));
    REQUIRE(called.invite->provisional_reliably({.status = 180}));
    REQUIRE(world.until([&] { return caller.provisional.size() == 2; }));
    CHECK(caller.provisional[1].reliable_sequence == first + 1);
    caller.invite->prack(first + 1, sip::Content::sdp(kSdp));
    REQUIRE(world.until([&] { return called.within.size() == 2; }));
    CHECK(called.within[1].body == kSdp);
    REQUIRE(called.invite->answer({.status = 200}));
    REQUIRE(world.until([&] { return called.acknowledged == 1; }));
    CHECK(caller.dialog->is_confirmed());
  }
  SECTION("refused while it waits") {
    REQUIRE(called.invite->answer({.status = 486}));
    REQUIRE(world.until([&] { return caller.final.size() == 1; }));
    CHECK(caller.final[0].status == 486);
  }
  SECTION("cancelled while it waits") {
    caller.invite->cancel();
    REQUIRE(world.until([&] { return caller.final.size() == 1; }));
    CHECK(caller.final[0].status == 487);
  }
  SECTION("forgotten while it waits") {
    called.invite.reset();
    REQUIRE(world.until([&] { return caller.final.size() == 1; }));
    CHECK(caller.final[0].status == 500);
  }
  caller.invite.reset();
  called.invite.reset();
  caller.dialog.reset();
  called.dialog.reset();
  REQUIRE(world.until(
      [&] { return caller.agent->counts().dialogs == 0 && called.agent->counts().dialogs == 0; }));
  CHECK(called.agent->counts().server_transactions == 0);
}

TEST_CASE("reliable: not to a caller that does not know it", "[reliable]") {
  World world;
  Called called(world, knowing_prack());
  Caller caller(world, port_of(*called.agent, sip::Protocol::udp));
  caller.call(offer(false));
  REQUIRE(world.until([&] { return called.invites == 1; }));
  CHECK_FALSE(called.invite->provisional_reliably({.status = 183}));
  CHECK(called.invite->provisional({.status = 183}));
  CHECK(called.invite->answer({.status = 486}));
  REQUIRE(world.until([&] { return caller.final.size() == 1; }));
  CHECK_FALSE(caller.provisional.at(0).reliable_sequence);
}

TEST_CASE("reliable: what is required and not known is named in a 420", "[reliable]") {
  World world;
  Called called(world, knowing_prack());
  Caller caller(world, port_of(*called.agent, sip::Protocol::udp));
  sip::Content content = sip::Content::sdp(kSdp);
  content.headers = {{"Require", "100REL, replaces"}};
  caller.call(std::move(content));
  REQUIRE(world.until([&] { return caller.final.size() == 1; }));
  CHECK(caller.final[0].status == 420);
  CHECK(sip::find_header(caller.final[0].headers, "Unsupported") == "replaces");
}
