// SPDX-License-Identifier: MIT
#include "call/step.h"

#include <catch2/catch.hpp>

#include "call/scene.h"

namespace trunkline::call {

TEST_CASE("call: from INVITE to BYE of the caller", "[call]") {
  Scene scene;
  CHECK(scene.on(invitation()) ==
        Lines{"append call.started (ticket 1)", "offer media of caller (request 1)"});
  CHECK(scene.body()["state"] == "initiated");
  CHECK(scene.commit().empty());
  CHECK(scene.media() == Lines{"start ring timer", "dial called-1 with sdp"});
  scene.pass(core::Milliseconds(150));
  CHECK(scene.on(Progressed{.leg = kFirst}) ==
        Lines{"append call.ringing (ticket 2)", "progress 180"});
  scene.pass(core::Seconds(4));
  CHECK(scene.on(Answered{.leg = kFirst, .sdp = kAnswer}) ==
        Lines{"stop ring timer", "acknowledge called-1", "start answer timer",
              "answer media of caller by called-1 (request 2)"});
  CHECK(scene.media() == Lines{"append call.answered (ticket 3)"});
  CHECK(scene.body()["state"] == "connected");
  CHECK(scene.commit() == Lines{"stop answer timer", "accept with sdp"});
  CHECK(scene.on(Acknowledged{.leg = kCallerLeg}).empty());
  scene.pass(core::Seconds(61));
  CHECK(scene.on(ByeReceived{.leg = kCallerLeg}) == Lines{"append call.ended (ticket 4)",
                                                          "start settle timer", "bye called-1",
                                                          "delete media (request 3)"});
  const core::Json& body = scene.body();
  CHECK(body["disposition"] == "answered");
  CHECK(body["sip_status"] == 200);
  CHECK(body["q850_cause"] == 16);
  CHECK(body["ended_by"] == "caller");
  CHECK(body["pdd_ms"] == 150);
  CHECK(body["ring_ms"] == 4000);
  CHECK(body["talk_ms"] == 61000);
  CHECK(body["called"]["call_id"] == "called-call-id-1");
  CHECK(scene.commit() == Lines{"accept bye of caller"});
  CHECK(scene.on(ByeDone{.leg = kFirst}).empty());
  CHECK(scene.media("") == Lines{"stop settle timer", "finish"});
  CHECK(scene.is_finished());
  CHECK(scene.on(ByeReceived{.leg = kFirst}).empty());
}

TEST_CASE("call: refused before dialling, the answer waits for its entry", "[call]") {
  Scene scene;
  Invited invited = invitation(0);
  invited.refusal = Invited::Refusal{.status = 404, .reason = "nobody is called 105"};
  CHECK(scene.on(invited) == Lines{"append call.ended (ticket 1)", "start settle timer"});
  CHECK(scene.body()["disposition"] == "refused");
  CHECK(scene.body()["q850_cause"] == 1);
  CHECK(scene.body()["ended_by"] == "system");
  CHECK(scene.commit() == Lines{"reject 404", "stop settle timer", "finish"});
}

TEST_CASE("call: a device without a contact is not registered", "[call]") {
  Scene scene;
  CHECK(scene.on(invitation(0)) == Lines{"append call.ended (ticket 1)", "start settle timer"});
  CHECK(scene.body()["disposition"] == "refused");
  CHECK(scene.body()["reason"] == "not registered");
  CHECK(scene.commit() == Lines{"reject 480", "stop settle timer", "finish"});
}

TEST_CASE("call: what the called phone answers becomes the caller's answer and the disposition",
          "[call]") {
  struct Row {
    int status;
    bool rings;
    std::string rejected;
    std::string disposition;
  };
  const std::vector<Row> rows{
      {486, true, "reject 486", "busy"},      {603, true, "reject 603", "rejected"},
      {480, true, "reject 480", "missed"},    {480, false, "reject 480", "failed"},
      {500, false, "reject 500", "failed"},   {503, false, "reject 480", "failed"},
      {302, false, "reject 480", "rejected"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status, row.rings);
    Scene scene;
    scene.on(invitation());
    scene.media();
    if (row.rings) scene.on(Progressed{.leg = kFirst});
    const auto lines = scene.on(Failed{.leg = kFirst, .status = row.status, .reason = "why"});
    CHECK(lines.at(0) == "stop ring timer");
    CHECK(scene.body()["disposition"] == row.disposition);
    CHECK(scene.body()["reason"] == "why");
    CHECK(scene.body()["ended_by"] == "called");
    CHECK(scene.commit() == Lines{row.rejected});
    CHECK(scene.media("") == Lines{"stop settle timer", "finish"});
  }
}

TEST_CASE("call: nobody answers in time", "[call]") {
  Scene scene;
  scene.ring();
  CHECK(scene.on(TimerFired{Timer::ring}) ==
        Lines{"stop ring timer", "append call.ended (ticket 3)", "start settle timer",
              "cancel called-1", "delete media (request 2)"});
  CHECK(scene.body()["disposition"] == "missed");
  CHECK(scene.body()["q850_cause"] == 19);
  CHECK(scene.commit() == Lines{"reject 480"});
  CHECK(scene.media("").empty());
  CHECK(scene.on(Failed{.leg = kFirst, .status = 487}) == Lines{"stop settle timer", "finish"});
}

TEST_CASE("call: the caller gives up while it rings", "[call]") {
  Scene scene;
  scene.ring();
  CHECK(scene.on(Cancelled{}) == Lines{"stop ring timer", "append call.ended (ticket 3)",
                                       "start settle timer", "cancel called-1",
                                       "delete media (request 2)"});
  CHECK(scene.body()["disposition"] == "cancelled");
  CHECK(scene.body()["ended_by"] == "caller");
  CHECK(scene.commit() == Lines{"reject 487"});
  CHECK(scene.on(Failed{.leg = kFirst, .status = 487}).empty());
  CHECK(scene.media("") == Lines{"stop settle timer", "finish"});
}

TEST_CASE("call: a CANCEL before the relay has answered deletes only after it did", "[call]") {
  Scene scene;
  scene.on(invitation());
  CHECK(scene.on(Cancelled{}) == Lines{"append call.ended (ticket 2)", "start settle timer"});
  CHECK(scene.commit() == Lines{"reject 487"});
  CHECK(scene.media() == Lines{"delete media (request 2)"});
  CHECK(scene.media("") == Lines{"stop settle timer", "finish"});
}

TEST_CASE("call: CANCEL of the caller crosses the 200 of the called side", "[call]") {
  SECTION("the 200 comes after our CANCEL: acknowledged, then ended") {
    Scene scene;
    scene.ring();
    scene.on(Cancelled{});
    scene.commit();
    CHECK(scene.on(Answered{.leg = kFirst, .sdp = kAnswer}) ==
          Lines{"acknowledge called-1", "bye called-1"});
    scene.media("");
    CHECK(scene.on(ByeDone{.leg = kFirst}) == Lines{"stop settle timer", "finish"});
    CHECK(scene.state().record.disposition == Disposition::cancelled);
  }
  SECTION("the CANCEL comes while the answer's entry is being written: no 200 leaves") {
    Scene scene;
    scene.ring();
    scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
    scene.media();
    const unsigned answered_ticket = scene.ticket();
    CHECK(scene.on(Cancelled{}) == Lines{"stop answer timer", "append call.ended (ticket 4)",
                                         "start settle timer", "bye called-1",
                                         "delete media (request 3)"});
    CHECK_FALSE(scene.body().contains("answered_at"));
    CHECK(scene.on(Committed{.ticket = answered_ticket}).empty());
    CHECK(scene.commit() == Lines{"reject 487"});
  }
  SECTION("the CANCEL comes after our 200: it changes nothing") {
    Scene scene;
    scene.connect();
    CHECK(scene.on(Cancelled{}).empty());
  }
}

TEST_CASE("call: BYE of the caller in the early dialog ends it like CANCEL", "[call]") {
  Scene scene;
  scene.ring();
  scene.on(ByeReceived{.leg = kCallerLeg});
  CHECK(scene.body()["disposition"] == "cancelled");
  CHECK(scene.commit() == Lines{"reject 487", "accept bye of caller"});
}

TEST_CASE("call: no answer leaves when the journal cannot write", "[call]") {
  SECTION("the first entry") {
    Scene scene;
    scene.on(invitation());
    CHECK(scene.commit(false) == Lines{"append call.ended (ticket 2)", "start settle timer"});
    CHECK(scene.commit(false) == Lines{"reject 503"});
  }
  SECTION("the answer's") {
    Scene scene;
    scene.ring();
    scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
    scene.media();
    CHECK(scene.commit(false) == Lines{"stop answer timer", "append call.ended (ticket 4)",
                                       "start settle timer", "bye called-1",
                                       "delete media (request 3)"});
    CHECK(scene.commit(false) == Lines{"reject 503"});
  }
  SECTION("a busy's: 503 instead of what cannot be proved") {
    Scene scene;
    scene.ring();
    scene.on(Failed{.leg = kFirst, .status = 486});
    CHECK(scene.commit(false) == Lines{"reject 503"});
  }
  SECTION("a live call goes on, and its BYE is answered") {
    Scene scene;
    scene.connect();
    CHECK(scene.on(Committed{.ticket = 2, .is_on_disk = false}).empty());
    scene.on(ByeReceived{.leg = kFirst});
    CHECK(scene.commit(false) == Lines{"accept bye of called-1"});
  }
  SECTION("it neither writes nor fails") {
    Scene scene;
    scene.ring();
    scene.on(Failed{.leg = kFirst, .status = 486});
    CHECK(scene.on(TimerFired{Timer::settle}) ==
          Lines{"reject 503", "stop settle timer", "finish"});
  }
}

TEST_CASE("call: the media relay fails", "[call]") {
  SECTION("it is away when the call begins") {
    Scene scene;
    scene.on(invitation());
    CHECK(scene.media(relay_is_away()) ==
          Lines{"append call.ended (ticket 2)", "start settle timer", "delete media (request 2)"});
    CHECK(scene.body()["reason"] == "no answer from udp:127.0.0.1:22222 in 3s");
    CHECK(scene.body()["disposition"] == "failed");
    CHECK(scene.commit() == Lines{"reject 503"});
    CHECK(scene.media(relay_is_away()) == Lines{"stop settle timer", "finish"});
  }
  SECTION("it refuses the offer") {
    Scene scene;
    scene.on(invitation());
    scene.media(relay_refuses());
    CHECK(scene.commit() == Lines{"reject 488"});
  }
  SECTION("it goes away before the answer") {
    Scene scene;
    scene.ring();
    scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
    CHECK(scene.media(relay_is_away()) == Lines{"stop answer timer", "append call.ended (ticket 3)",
                                                "start settle timer", "bye called-1",
                                                "delete media (request 3)"});
    CHECK(scene.commit() == Lines{"reject 500"});
  }
  SECTION("the answer takes too long") {
    Scene scene;
    scene.ring();
    scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
    scene.on(TimerFired{Timer::answer});
    CHECK(scene.commit() == Lines{"reject 500"});
    CHECK(scene.body()["reason"] == "the answer could not be completed in time");
  }
  SECTION("the called phone answers without SDP") {
    Scene scene;
    scene.ring();
    CHECK(scene.on(Answered{.leg = kFirst}) ==
          Lines{"stop ring timer", "acknowledge called-1", "stop answer timer",
                "append call.ended (ticket 3)", "start settle timer", "bye called-1",
                "delete media (request 2)"});
  }
}

TEST_CASE("call: the called phone hangs up while its answer is on the way to the caller",
          "[call]") {
  Scene scene;
  scene.ring();
  scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
  scene.pass(core::Milliseconds(3));
  SECTION("and the caller hears both") {
    const bool is_before_relay = GENERATE(true, false);
    if (!is_before_relay) scene.media();
    CHECK(scene.on(ByeReceived{.leg = kFirst}).empty());
    scene.pass(core::Milliseconds(40));
    if (is_before_relay) CHECK(scene.media() == Lines{"append call.answered (ticket 3)"});
    CHECK(scene.commit() == Lines{"stop answer timer", "accept with sdp",
                                  "append call.ended (ticket 4)", "start settle timer",
                                  "delete media (request 3)"});
    CHECK(scene.body()["disposition"] == "answered");
    CHECK(scene.body()["sip_status"] == 200);
    CHECK(scene.body()["ended_by"] == "called");
    CHECK(scene.body()["talk_ms"] == 3);
    CHECK(scene.commit() == Lines{"accept bye of called-1"});
    scene.media();
    // RFC 3261 section 15: no BYE before the ACK.
    CHECK(scene.on(Acknowledged{.leg = kCallerLeg}) == Lines{"bye caller"});
    CHECK(scene.on(ByeDone{.leg = kCallerLeg}) == Lines{"stop settle timer", "finish"});
  }
  SECTION("and the relay fails: that was no call") {
    scene.on(ByeReceived{.leg = kFirst});
    scene.media(relay_is_away());
    CHECK(scene.body()["disposition"] == "failed");
    CHECK(scene.commit() == Lines{"reject 500", "accept bye of called-1"});
  }
  SECTION("and the caller gives up") {
    scene.on(ByeReceived{.leg = kFirst});
    scene.on(Cancelled{});
    CHECK(scene.body()["disposition"] == "cancelled");
    CHECK(scene.commit() == Lines{"reject 487", "accept bye of called-1"});
  }
}

TEST_CASE("call: early media", "[call]") {
  Scene scene;
  scene.on(invitation(2));
  scene.media();
  CHECK(scene.on(Progressed{.leg = kFirst, .status = 183, .sdp = kAnswer}) ==
        Lines{"append call.ringing (ticket 2)", "answer media of caller by called-1 (request 2)"});
  CHECK(scene.media() == Lines{"progress 183 with sdp"});
  SECTION("of a second branch is not heard") {
    CHECK(scene.on(Progressed{.leg = kSecond, .status = 183, .sdp = kAnswer}) ==
          Lines{"progress 180"});
  }
  SECTION("the answer is asked for again, for it may differ") {
    scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
    scene.media();
    CHECK(scene.commit() == Lines{"stop answer timer", "accept with sdp"});
  }
  SECTION("refused by the relay: the caller's phone rings by itself") {
    scene.on(Progressed{.leg = kFirst, .status = 183, .sdp = kAnswer});
    CHECK(scene.media(relay_refuses()) == Lines{"progress 180"});
  }
}

TEST_CASE("call: a device with several contacts", "[call]") {
  SECTION("the first answer wins, the others are cancelled") {
    Scene scene;
    scene.ring(3);
    CHECK(scene.on(Answered{.leg = kSecond, .sdp = kAnswer}) ==
          Lines{"stop ring timer", "cancel called-1 answered elsewhere",
                "cancel called-3 answered elsewhere", "acknowledge called-2", "start answer timer",
                "answer media of caller by called-2 (request 2)"});
    scene.media();
    scene.commit();
    CHECK(scene.on(Failed{.leg = kFirst, .status = 487}).empty());
    SECTION("and a late answer is acknowledged and ended") {
      CHECK(scene.on(Answered{.leg = kThird, .sdp = kAnswer}) ==
            Lines{"acknowledge called-3", "bye called-3"});
      CHECK(scene.on(ByeDone{.leg = kThird}).empty());
      scene.on(Acknowledged{.leg = kCallerLeg});
      CHECK(scene.on(ByeReceived{.leg = kSecond}) == Lines{"append call.ended (ticket 4)",
                                                           "start settle timer", "bye caller",
                                                           "delete media (request 3)"});
      CHECK(scene.body()["called"]["address"] == "192.0.2.2:5062");
    }
    SECTION("and the loser's own BYE is answered") {
      scene.on(Answered{.leg = kThird, .sdp = kAnswer});
      CHECK(scene.on(ByeReceived{.leg = kThird}) == Lines{"accept bye of called-3"});
    }
  }
  SECTION("all fail: the most telling answer") {
    Scene scene;
    scene.ring(3);
    CHECK(scene.on(Failed{.leg = kFirst, .status = 408}).empty());
    CHECK(scene.on(Failed{.leg = kSecond, .status = 486, .reason = "Busy Here"}).empty());
    scene.on(Failed{.leg = kThird, .status = 503});
    CHECK(scene.body()["disposition"] == "busy");
    CHECK(scene.body()["called"]["call_id"] == "called-call-id-2");
    CHECK(scene.commit() == Lines{"reject 486"});
  }
  SECTION("one declines for the person: the others stop ringing") {
    Scene scene;
    scene.ring(2);
    CHECK(scene.on(Failed{.leg = kFirst, .status = 603}) ==
          Lines{"stop ring timer", "append call.ended (ticket 3)", "start settle timer",
                "cancel called-2", "delete media (request 2)"});
    CHECK(scene.commit() == Lines{"reject 603"});
  }
}

TEST_CASE("call: a caller that never acknowledges", "[call]") {
  Scene scene;
  scene.ring();
  scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
  scene.media();
  scene.commit();
  SECTION("is hung up when the wait is over") {
    CHECK(scene.on(NotAcknowledged{.leg = kCallerLeg}) ==
          Lines{"append call.ended (ticket 4)", "start settle timer", "bye caller", "bye called-1",
                "delete media (request 3)"});
    CHECK(scene.body()["disposition"] == "failed");
    CHECK(scene.body()["reason"] == "the caller never acknowledged the answer");
  }
  SECTION("gets no BYE before the wait is over (RFC 3261 section 15)") {
    CHECK(scene.on(ByeReceived{.leg = kFirst}) ==
          Lines{"append call.ended (ticket 4)", "start settle timer", "delete media (request 3)"});
    scene.commit();
    scene.media("");
    CHECK(scene.on(NotAcknowledged{.leg = kCallerLeg}) == Lines{"bye caller"});
    CHECK(scene.on(ByeDone{.leg = kCallerLeg}) == Lines{"stop settle timer", "finish"});
  }
  SECTION("or gets it with the ACK") {
    scene.on(ByeReceived{.leg = kFirst});
    CHECK(scene.on(Acknowledged{.leg = kCallerLeg}) == Lines{"bye caller"});
  }
}

TEST_CASE("call: the caller's INVITE without SDP is offered by the called side", "[call]") {
  Scene scene;
  CHECK(scene.on(invitation(1, "")) ==
        Lines{"append call.started (ticket 1)", "start ring timer", "dial called-1"});
  scene.on(Progressed{.leg = kFirst});
  CHECK(scene.on(Answered{.leg = kFirst, .sdp = kOffer}) ==
        Lines{"stop ring timer", "start answer timer", "offer media of called-1 (request 1)"});
  CHECK(scene.media() == Lines{"append call.answered (ticket 3)"});
  CHECK(scene.commit() == Lines{"stop answer timer", "accept with sdp"});
  SECTION("the answer comes with the ACK") {
    CHECK(scene.on(Acknowledged{.leg = kCallerLeg, .sdp = kAnswer}) ==
          Lines{"answer media of called-1 by caller (request 2)"});
    CHECK(scene.media() == Lines{"acknowledge called-1 with sdp"});
    CHECK(scene.on(ByeReceived{.leg = kCallerLeg}).at(2) == "bye called-1");
  }
  SECTION("it does not come") {
    CHECK(scene.on(Acknowledged{.leg = kCallerLeg}) ==
          Lines{"append call.ended (ticket 4)", "start settle timer", "bye caller",
                "acknowledge called-1", "bye called-1", "delete media (request 2)"});
  }
  SECTION("the relay refuses it") {
    scene.on(Acknowledged{.leg = kCallerLeg, .sdp = kAnswer});
    CHECK(scene.media(relay_refuses()) ==
          Lines{"append call.ended (ticket 4)", "start settle timer", "bye caller",
                "acknowledge called-1", "bye called-1", "delete media (request 3)"});
    CHECK(scene.body()["sip_status"] == 200);
  }
}

}  // namespace trunkline::call
