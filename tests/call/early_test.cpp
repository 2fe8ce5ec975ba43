// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>

#include "call/scene.h"

namespace trunkline::call {
namespace {

Invited knowing(Extensions says, std::size_t contacts = 1, std::string offer = kOffer) {
  Invited invited = invitation(contacts, std::move(offer));
  invited.says = says;
  return invited;
}

constexpr Extensions kKnows{.has_100rel = true};
constexpr Extensions kNeeds{.has_100rel = true, .needs_100rel = true};

}  // namespace

TEST_CASE("early: a reliable 183 is reliable to a caller that knows 100rel", "[call]") {
  Scene scene;
  scene.on(knowing(kKnows));
  scene.media();
  CHECK(scene.on(Progressed{.leg = kFirst, .status = 183, .sdp = kAnswer, .sequence = 7}) ==
        Lines{"append call.ringing (ticket 2)", "prack called-1 7",
              "answer media of caller by called-1 (request 2)"});
  CHECK(scene.media() == Lines{"progress 183 reliably with sdp"});
  SECTION("acknowledged before the answer") {
    CHECK(scene.on(Pracked{.transaction = 1}) == Lines{"accept request of caller"});
    CHECK(scene.on(Answered{.leg = kFirst}) == Lines{"stop ring timer", "acknowledge called-1",
                                                     "start answer timer",
                                                     "append call.answered (ticket 3)"});
    CHECK(scene.commit() == Lines{"stop answer timer", "accept"});
  }
  SECTION("acknowledged after it: the 200 waits (RFC 3262 section 3)") {
    scene.on(Answered{.leg = kFirst});
    scene.media();
    CHECK(scene.commit().empty());
    CHECK(scene.on(Pracked{.transaction = 1}) ==
          Lines{"accept request of caller", "stop answer timer", "accept"});
  }
  SECTION("never acknowledged") {
    scene.on(NotPracked{});
    CHECK(scene.body()["sip_status"] == 504);
    CHECK(scene.commit() == Lines{"reject 504"});
  }
  SECTION("acknowledged with an offer of the caller's own, which no UPDATE can carry on") {
    CHECK(scene.on(Pracked{.transaction = 1, .sdp = kHoldOffer}) ==
          Lines{"reject request of caller 488"});
  }
}

TEST_CASE("early: a caller that does not know 100rel hears the same unreliably", "[call]") {
  Scene scene;
  scene.on(knowing({}));
  scene.media();
  const Lines lines =
      scene.on(Progressed{.leg = kFirst, .status = 183, .sdp = kAnswer, .sequence = 7});
  CHECK(lines.at(1) == "prack called-1 7");
  CHECK(scene.media() == Lines{"progress 183 with sdp"});
}

TEST_CASE("early: a caller that requires 100rel gets one at a time", "[call]") {
  Scene scene;
  scene.on(knowing(kNeeds));
  scene.media();
  CHECK(scene.on(Progressed{.leg = kFirst}) ==
        Lines{"append call.ringing (ticket 2)", "progress 180 reliably"});
  CHECK(scene.on(Progressed{.leg = kFirst, .status = 182}).empty());
  CHECK(scene.on(Pracked{.transaction = 1}) ==
        Lines{"accept request of caller", "progress 182 reliably"});
}

TEST_CASE("early: only one branch is told that we know 100rel", "[call]") {
  for (const std::size_t contacts : {std::size_t{1}, std::size_t{2}}) {
    State state;
    Step invited = step(state, {.at = {}, .what = knowing(kKnows, contacts)});
    const auto request = std::get<OfferMedia>(invited.actions.back()).request;
    Step offered = step(invited.state, {.at = {}, .what = MediaDone{request, kOffer}});
    CHECK(std::get<Dial>(offered.actions.at(1)).has_100rel == (contacts == 1));
  }
}

TEST_CASE("early: a late offer in a reliable 183 is answered in PRACKs", "[call]") {
  Scene scene;
  scene.on(knowing(kKnows, 1, ""));
  CHECK(scene.on(Progressed{.leg = kFirst, .status = 183, .sdp = kOffer, .sequence = 7}) ==
        Lines{"append call.ringing (ticket 2)", "offer media of called-1 (request 1)"});
  CHECK(scene.media() == Lines{"progress 183 reliably with sdp"});
  SECTION("with an answer") {
    CHECK(scene.on(Pracked{.transaction = 1, .sdp = kAnswer}) ==
          Lines{"accept request of caller", "answer media of called-1 by caller (request 2)"});
    CHECK(scene.media() == Lines{"prack called-1 7 with sdp"});
    scene.on(Answered{.leg = kFirst});
    CHECK(scene.commit() == Lines{"stop answer timer", "accept"});
    CHECK(scene.on(Acknowledged{.leg = kCallerLeg}).empty());
  }
  SECTION("without one") {
    CHECK(scene.on(Pracked{.transaction = 1}).front() == "reject request of caller 488");
    CHECK(scene.state().phase == Phase::ending);
  }
}

TEST_CASE("early: hold by UPDATE before the answer, once both sides can", "[call]") {
  Scene scene;
  scene.on(knowing({.has_update = true, .has_100rel = true}));
  scene.media();
  scene.on(Progressed{
      .leg = kFirst, .status = 183, .sdp = kAnswer, .sequence = 7, .says = {.has_update = true}});
  scene.media();
  // RFC 3311 section 5.2: its own offer has no answer for good yet.
  CHECK(scene.on(Updated{.leg = kCallerLeg, .transaction = 3, .sdp = kHoldOffer}) ==
        Lines{"reject request of caller 500 retry"});
  scene.on(Pracked{.transaction = 1});
  CHECK(scene.on(Updated{.leg = kCallerLeg, .transaction = 4, .sdp = kHoldOffer}) ==
        Lines{"offer media of caller (request 3)"});
  CHECK(scene.media() == Lines{"update called-1 with sdp"});
  CHECK(scene.on(UpdateAnswered{.leg = kFirst, .sdp = kAnswer}) ==
        Lines{"answer media of caller by called-1 (request 4)"});
  CHECK(scene.media() == Lines{"accept request of caller with sdp"});
  CHECK(scene.state().leg(kCallerLeg).says.has_100rel);
}

}  // namespace trunkline::call
