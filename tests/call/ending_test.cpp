// SPDX-License-Identifier: MIT
#include "call/step.h"

#include <catch2/catch.hpp>

#include "call/scene.h"

namespace trunkline::call {

TEST_CASE("call: the called side hangs up", "[call]") {
  Scene scene;
  scene.connect();
  CHECK(scene.on(ByeReceived{.leg = kFirst}) == Lines{"append call.ended (ticket 4)",
                                                      "start settle timer", "bye caller",
                                                      "delete media (request 3)"});
  CHECK(scene.body()["ended_by"] == "called");
  CHECK(scene.commit() == Lines{"accept bye of called-1"});
  CHECK(scene.media("").empty());
  CHECK(scene.on(ByeDone{.leg = kCallerLeg}) == Lines{"stop settle timer", "finish"});
}

TEST_CASE("call: both hang up at once", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(ByeReceived{.leg = kCallerLeg});
  CHECK(scene.on(ByeReceived{.leg = kFirst}).empty());
  CHECK(scene.commit() == Lines{"accept bye of caller", "accept bye of called-1"});
  CHECK(scene.media("").empty());
  CHECK(scene.on(ByeDone{.leg = kFirst}) == Lines{"stop settle timer", "finish"});
  CHECK(scene.body()["ended_by"] == "caller");
}

TEST_CASE("call: a BYE after the record is closed is answered at once", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(ByeReceived{.leg = kCallerLeg});
  scene.commit();
  CHECK(scene.on(ByeReceived{.leg = kFirst}) == Lines{"accept bye of called-1"});
}

TEST_CASE("call: somebody else ends it", "[call]") {
  struct Row {
    Interruption why;
    int q850_cause;
    std::string reason;
    std::string before_answer;
    std::string rejected;
  };
  const std::vector<Row> rows{
      {Interruption::media_timeout, 102, "no media from either side", "failed", "reject 500"},
      {Interruption::media_lost, 41, "the media relay lost the session", "failed", "reject 500"},
      {Interruption::leg_lost, 41, "a party is gone without a word", "failed", "reject 480"},
      {Interruption::hang_up, 31, "hung up by an operator", "cancelled", "reject 480"},
      {Interruption::shutdown, 41, "the exchange is stopping", "failed", "reject 503"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    Scene live;
    live.connect();
    CHECK(live.on(Interrupted{.why = row.why}) ==
          Lines{"append call.ended (ticket 4)", "start settle timer", "bye caller", "bye called-1",
                "delete media (request 3)"});
    CHECK(live.body()["disposition"] == "answered");
    CHECK(live.body()["ended_by"] == "system");
    CHECK(live.body()["q850_cause"] == row.q850_cause);
    CHECK(live.body()["reason"] == row.reason);
    CHECK(live.commit().empty());

    Scene ringing;
    ringing.ring();
    ringing.on(Interrupted{.why = row.why});
    CHECK(ringing.body()["disposition"] == row.before_answer);
    CHECK(ringing.commit() == Lines{row.rejected});
  }
}

TEST_CASE("call: interrupted before the caller acknowledged, it does not count as answered",
          "[call]") {
  Scene scene;
  scene.ring();
  scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
  scene.media();
  scene.commit();
  scene.on(Interrupted{.why = Interruption::media_timeout});
  CHECK(scene.body()["disposition"] == "failed");
  CHECK(scene.body()["sip_status"] == 200);
}

TEST_CASE("call: a leg that is gone gets no BYE", "[call]") {
  Scene scene;
  scene.connect();
  CHECK(scene.on(Interrupted{.why = Interruption::leg_lost, .leg = kFirst}) ==
        Lines{"append call.ended (ticket 4)", "start settle timer", "bye caller",
              "delete media (request 3)"});
}

TEST_CASE("call: the last resort closes what never answers", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(Interrupted{.why = Interruption::hang_up});
  CHECK(scene.on(TimerFired{Timer::settle}) == Lines{"stop settle timer", "finish"});
}

TEST_CASE("call: a step of the wall clock bends no duration", "[call]") {
  Scene scene;
  scene.connect();
  const std::string answered_at = scene.body()["answered_at"];
  scene.step_wall_clock(-core::Milliseconds(3'600'000));
  scene.on(ByeReceived{.leg = kCallerLeg});
  CHECK(scene.body()["talk_ms"] == 60000);
  CHECK(scene.body()["answered_at"] == answered_at);
  CHECK(scene.body()["ended_at"].get<std::string>() > answered_at);
}

}  // namespace trunkline::call
