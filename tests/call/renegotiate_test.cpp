// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "call/scene.h"
#include "call/step.h"

namespace trunkline::call {

TEST_CASE("call: hold and resume by re-INVITE, from either side", "[call]") {
  for (const LegId from : {kCallerLeg, kFirst}) {
    const LegId to = from == kCallerLeg ? kFirst : kCallerLeg;
    const std::string asking = tag_of(from);
    const std::string other = tag_of(to);
    CAPTURE(asking);
    Scene scene;
    scene.connect();
    CHECK(scene.on(Reinvited{.leg = from, .transaction = 7, .sdp = kHoldOffer}) ==
          Lines{"offer media of " + asking + " (request 3)"});
    CHECK(scene.media() == Lines{"reinvite " + other + " with sdp"});
    CHECK(scene.on(ReinviteAnswered{.leg = to, .sdp = kAnswer}) ==
          Lines{"acknowledge " + other,
                "answer media of " + asking + " by " + other + " (request 4)"});
    CHECK(scene.media() == Lines{"accept request of " + asking + " with sdp"});
    CHECK(scene.state().leg(from).has_on_hold);
    CHECK(scene.on(Acknowledged{.leg = from}).empty());
    CHECK_FALSE(scene.state().renegotiation.has_value());

    scene.on(Reinvited{.leg = from, .transaction = 8, .sdp = kOffer});
    scene.media();
    scene.on(ReinviteAnswered{.leg = to, .sdp = kAnswer});
    scene.media();
    scene.on(Acknowledged{.leg = from});
    CHECK_FALSE(scene.state().leg(from).has_on_hold);
  }
}

TEST_CASE("call: a re-INVITE without SDP is offered by the other side", "[call]") {
  Scene scene;
  scene.connect();
  CHECK(scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7}) == Lines{"reinvite called-1"});
  CHECK(scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kOffer}) ==
        Lines{"offer media of called-1 (request 3)"});
  CHECK(scene.media() == Lines{"accept request of caller with sdp"});
  CHECK(scene.on(Acknowledged{.leg = kCallerLeg, .sdp = kAnswer}) ==
        Lines{"answer media of called-1 by caller (request 4)"});
  CHECK(scene.media() == Lines{"acknowledge called-1 with sdp"});
  CHECK_FALSE(scene.state().renegotiation.has_value());
}

TEST_CASE("call: glare (RFC 3261 section 14)", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7, .sdp = kHoldOffer});
  CHECK(scene.on(Reinvited{.leg = kFirst, .transaction = 3, .sdp = kHoldOffer}) ==
        Lines{"reject request of called-1 491"});
  CHECK(scene.on(Reinvited{.leg = kCallerLeg, .transaction = 8, .sdp = kOffer}) ==
        Lines{"reject request of caller 500 retry"});
  scene.media();
  CHECK(scene.on(ReinviteFailed{.leg = kFirst, .status = 491}) ==
        Lines{"reject request of caller 491"});
  CHECK_FALSE(scene.state().renegotiation.has_value());
}

TEST_CASE("call: no re-INVITE before the first answer is acknowledged", "[call]") {
  Scene scene;
  scene.ring();
  scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
  CHECK(scene.on(Reinvited{.leg = kFirst, .transaction = 1, .sdp = kOffer}) ==
        Lines{"reject request of called-1 491"});
  scene.media();
  scene.commit();
  CHECK(scene.on(Reinvited{.leg = kFirst, .transaction = 2, .sdp = kOffer}) ==
        Lines{"reject request of called-1 491"});
}

TEST_CASE("call: a re-INVITE that the other side refuses changes nothing", "[call]") {
  struct Row {
    int status;
    std::string line;
  };
  for (const Row& row :
       {Row{488, "reject request of caller 488"}, Row{500, "reject request of caller 500"},
        Row{401, "reject request of caller 500"}, Row{503, "reject request of caller 500"}}) {
    CAPTURE(row.status);
    Scene scene;
    scene.connect();
    scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7, .sdp = kHoldOffer});
    scene.media();
    CHECK(scene.on(ReinviteFailed{.leg = kFirst, .status = row.status}) == Lines{row.line});
    CHECK(scene.state().phase == Phase::connected);
    CHECK_FALSE(scene.state().leg(kCallerLeg).has_on_hold);
  }
}

TEST_CASE("call: a re-INVITE that shows the other dialog gone ends the call", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7, .sdp = kHoldOffer});
  scene.media();
  CHECK(scene.on(ReinviteFailed{.leg = kFirst, .status = 481}) ==
        Lines{"reject request of caller 500", "append call.ended (ticket 4)", "start settle timer",
              "bye caller", "delete media (request 4)"});
}

TEST_CASE("call: a re-INVITE while the relay is away is refused, the call goes on", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7, .sdp = kHoldOffer});
  CHECK(scene.media(relay_is_away()) == Lines{"reject request of caller 500"});
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 8, .sdp = kHoldOffer});
  CHECK(scene.media(relay_refuses()) == Lines{"reject request of caller 488"});
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 9, .sdp = kHoldOffer});
  scene.media();
  scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kAnswer});
  CHECK(scene.media(relay_is_away()) == Lines{"reject request of caller 500"});
  CHECK(scene.state().phase == Phase::connected);
}

TEST_CASE("call: a re-INVITE without SDP that fails lets no ACK wait", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7});
  SECTION("answered without SDP") {
    CHECK(scene.on(ReinviteAnswered{.leg = kFirst}) ==
          Lines{"acknowledge called-1", "reject request of caller 500"});
  }
  SECTION("refused by the relay") {
    scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kOffer});
    CHECK(scene.media(relay_refuses()) ==
          Lines{"reject request of caller 488", "acknowledge called-1"});
  }
  SECTION("the call ends meanwhile") {
    scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kOffer});
    CHECK(scene.on(ByeReceived{.leg = kCallerLeg}) ==
          Lines{"append call.ended (ticket 4)", "start settle timer",
                "reject request of caller 487", "acknowledge called-1", "bye called-1"});
  }
}

TEST_CASE("call: BYE while a re-INVITE is pending gives it its answer", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7, .sdp = kHoldOffer});
  scene.media();
  CHECK(scene.on(ByeReceived{.leg = kCallerLeg}) ==
        Lines{"append call.ended (ticket 4)", "start settle timer", "reject request of caller 487",
              "bye called-1", "delete media (request 4)"});
  CHECK(scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kAnswer}) == Lines{"acknowledge called-1"});
}

TEST_CASE("call: CANCEL of a re-INVITE", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7, .sdp = kHoldOffer});
  SECTION("before it was passed on") {
    CHECK(scene.on(ReinviteCancelled{.leg = kCallerLeg}) == Lines{"reject request of caller 487"});
    CHECK(scene.media().empty());
  }
  SECTION("after it was passed on") {
    scene.media();
    CHECK(scene.on(ReinviteCancelled{.leg = kCallerLeg}) ==
          Lines{"reject request of caller 487", "cancel reinvite called-1"});
    CHECK(scene.on(Reinvited{.leg = kFirst, .transaction = 2, .sdp = kOffer}) ==
          Lines{"reject request of called-1 491"});
    SECTION("and obeyed") {
      CHECK(scene.on(ReinviteFailed{.leg = kFirst, .status = 487}).empty());
    }
    SECTION("and too late") {
      CHECK(scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kAnswer}) ==
            Lines{"acknowledge called-1"});
    }
    CHECK_FALSE(scene.state().renegotiation.has_value());
  }
}

TEST_CASE("call: a re-INVITE's answer that is never acknowledged ends the call", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kFirst, .transaction = 7, .sdp = kHoldOffer});
  scene.media();
  scene.on(ReinviteAnswered{.leg = kCallerLeg, .sdp = kAnswer});
  scene.media();
  scene.on(NotAcknowledged{.leg = kFirst});
  CHECK(scene.body()["disposition"] == "answered");
  CHECK(scene.body()["reason"] == "a re-INVITE's answer was never acknowledged");
}

TEST_CASE("call: an answer of the relay to an abandoned re-INVITE is not taken for the next",
          "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 7, .sdp = kHoldOffer});
  const unsigned first = scene.request();
  scene.on(ReinviteCancelled{.leg = kCallerLeg});
  scene.on(Reinvited{.leg = kFirst, .transaction = 1, .sdp = kOffer});
  CHECK(scene.on(MediaDone{.request = first, .sdp = kAnswer}).empty());
  CHECK(scene.media() == Lines{"reinvite caller with sdp"});
}

}  // namespace trunkline::call
