// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>

#include "call/scene.h"

namespace trunkline::call {
namespace {

using core::Seconds;

constexpr SessionTerms kOurs{.expires = Seconds(600), .refresher = Refresher::asker};
constexpr SessionTerms kTheirs{.expires = Seconds(600), .refresher = Refresher::answerer};

/// Two parties who talk; the called one has a session timer.
void connect(Scene& scene, const Extensions& called) {
  scene.ring();
  scene.on(Answered{.leg = kFirst, .sdp = kAnswer, .says = called});
  scene.media();
  scene.commit();
  scene.on(Acknowledged{.leg = kCallerLeg});
}

}  // namespace

TEST_CASE("refresh: by UPDATE where the phone knows it", "[call]") {
  Scene scene;
  connect(scene, {.has_update = true, .session = kOurs});
  CHECK(scene.on(TimerFired{.timer = Timer::refresh, .leg = kFirst}) == Lines{"update called-1"});
  // A second one does not fire meanwhile.
  CHECK(scene.on(TimerFired{.timer = Timer::refresh, .leg = kFirst}).empty());
  CHECK(scene.on(UpdateAnswered{.leg = kFirst, .says = {.session = kOurs}}) ==
        Lines{"stop expiry timer of called-1", "stop refresh timer of called-1",
              "start expiry timer of called-1", "start refresh timer of called-1"});
}

TEST_CASE("refresh: by re-INVITE with what the phone was told last", "[call]") {
  Scene scene;
  connect(scene, {.session = kOurs});
  CHECK(scene.on(TimerFired{.timer = Timer::refresh, .leg = kFirst}) ==
        Lines{"reinvite called-1 with sdp"});
  // While it is out, nobody else may offer.
  CHECK(scene.on(Reinvited{.leg = kCallerLeg, .transaction = 1, .sdp = kHoldOffer}) ==
        Lines{"reject request of caller 491"});
  const Lines refreshed =
      scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kAnswer, .says = {.session = kOurs}});
  CHECK(refreshed.front() == "acknowledge called-1");
  CHECK(refreshed.back() == "start refresh timer of called-1");
}

TEST_CASE("refresh: a phone that moved says so in its answer", "[call]") {
  Scene scene;
  connect(scene, {.session = kOurs});
  scene.on(TimerFired{.timer = Timer::refresh, .leg = kFirst});
  const Lines refreshed =
      scene.on(ReinviteAnswered{.leg = kFirst, .sdp = kHoldOffer, .says = {.session = kOurs}});
  CHECK(refreshed.back() == "answer media of caller by called-1 (request 3)");
  CHECK(scene.media().empty());
}

TEST_CASE("refresh: what a refused one leads to", "[call]") {
  struct Row {
    int status;
    Seconds least;
    Lines lines;
  };
  const std::vector<Row> rows{
      {491, Seconds(0), {"stop refresh timer of called-1", "start refresh timer of called-1"}},
      {500, Seconds(0), {"stop refresh timer of called-1", "start refresh timer of called-1"}},
      {422, Seconds(1200), {"update called-1"}},
      {422,
       Seconds(1'000'000),
       {"stop refresh timer of called-1", "start refresh timer of called-1"}},
      {405, Seconds(0), {"reinvite called-1 with sdp"}},
      {501, Seconds(0), {"reinvite called-1 with sdp"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status, row.least.count());
    Scene scene;
    connect(scene, {.has_update = true, .session = kOurs});
    scene.on(TimerFired{.timer = Timer::refresh, .leg = kFirst});
    CHECK(scene.on(UpdateFailed{.leg = kFirst, .status = row.status, .least_session = row.least}) ==
          row.lines);
    CHECK(scene.state().phase == Phase::connected);
  }
}

TEST_CASE("refresh: theirs crosses ours, which then fails", "[call]") {
  for (const Refresher refresher : {Refresher::asker, Refresher::answerer}) {
    Scene scene;
    connect(scene, {.has_update = true, .session = kOurs});
    scene.on(TimerFired{.timer = Timer::refresh, .leg = kFirst});
    scene.on(Updated{.leg = kFirst,
                     .transaction = 5,
                     .says = {.has_update = true,
                              .has_timer = true,
                              .session = {.expires = Seconds(600), .refresher = refresher}}});
    const Lines lines = scene.on(UpdateFailed{.leg = kFirst, .status = 491});
    if (refresher == Refresher::asker) {
      CHECK(lines.empty());
    } else {
      CHECK(lines == Lines{"stop refresh timer of called-1", "start refresh timer of called-1"});
    }
  }
}

TEST_CASE("refresh: one that shows the dialog gone ends the call", "[call]") {
  for (const int status : {408, 481}) {
    CAPTURE(status);
    Scene scene;
    connect(scene, {.has_update = true, .session = kOurs});
    scene.on(TimerFired{.timer = Timer::refresh, .leg = kFirst});
    const Lines lines = scene.on(UpdateFailed{.leg = kFirst, .status = status});
    CHECK(std::ranges::count(lines, "bye caller") == 1);
    CHECK(std::ranges::count(lines, "bye called-1") == 0);
    CHECK(scene.body()["reason"] == "a party is gone without a word");
  }
}

TEST_CASE("refresh: a session that was not refreshed ends the call, with BYE to both", "[call]") {
  Scene scene;
  connect(scene, {.session = kTheirs});
  scene.pass(Seconds(568));
  const Lines lines = scene.on(TimerFired{.timer = Timer::expiry, .leg = kFirst});
  CHECK(std::ranges::count(lines, "bye caller") == 1);
  CHECK(std::ranges::count(lines, "bye called-1") == 1);
  CHECK(scene.body()["disposition"] == "answered");
  CHECK(scene.body()["ended_by"] == "system");
  CHECK(scene.body()["q850_cause"] == 102);
  CHECK(scene.body()["talk_ms"] == 568'000);
}

TEST_CASE("refresh: their UPDATE without an offer is answered at once, whatever is under way",
          "[call]") {
  Scene scene;
  connect(scene, {.session = kTheirs});
  scene.on(Reinvited{.leg = kCallerLeg, .transaction = 1, .sdp = kHoldOffer});
  const Lines lines = scene.on(
      Updated{.leg = kFirst,
              .transaction = 5,
              .says = {.has_update = true,
                       .has_timer = true,
                       .session = {.expires = Seconds(600), .refresher = Refresher::asker}}});
  CHECK(lines == Lines{"accept request of called-1", "stop expiry timer of called-1",
                       "start expiry timer of called-1"});
  CHECK(scene.state().renegotiation);
}

TEST_CASE("refresh: of a branch that lost, nothing is refreshed", "[call]") {
  Scene scene;
  scene.connect(2);
  // It was answered crossing our CANCEL, and has its BYE.
  scene.on(Answered{.leg = kSecond, .sdp = kAnswer});
  CHECK(scene.on(Updated{.leg = kSecond,
                         .transaction = 5,
                         .says = {.has_timer = true, .session = {.expires = Seconds(600)}}}) ==
        Lines{"reject request of called-2 481"});
}

TEST_CASE("refresh: too short an interval is refused in a re-INVITE and an UPDATE", "[call]") {
  Scene scene;
  scene.connect();
  const Extensions says{.has_timer = true, .session = {.expires = Seconds(10)}};
  CHECK(scene.on(Reinvited{.leg = kFirst, .transaction = 1, .sdp = kOffer, .says = says}) ==
        Lines{"reject request of called-1 422"});
  CHECK(scene.on(Updated{.leg = kFirst, .transaction = 2, .says = says}) ==
        Lines{"reject request of called-1 422"});
}

TEST_CASE("refresh: a called phone's 422 is tried once more, within reason", "[call]") {
  Scene scene;
  scene.on(invitation());
  scene.media();
  SECTION("with the interval it wants") {
    CHECK(scene.on(Failed{.leg = kFirst, .status = 422, .least_session = Seconds(3600)}) ==
          Lines{"dial called-1 with sdp"});
    scene.on(Failed{.leg = kFirst, .status = 422, .least_session = Seconds(7200)});
    CHECK(scene.state().phase == Phase::ending);
  }
  SECTION("but not for years") {
    scene.on(Failed{.leg = kFirst, .status = 422, .least_session = Seconds(4'000'000'000)});
    CHECK(scene.state().phase == Phase::ending);
  }
}

}  // namespace trunkline::call
