// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>

#include "call/scene.h"

namespace trunkline::call {
namespace {

InfoReceived digit(LegId leg, unsigned transaction) {
  return {.leg = leg,
          .transaction = transaction,
          .content_type = "application/dtmf-relay",
          .body = "Signal=5"};
}

}  // namespace

TEST_CASE("info: passed to the other side, its answer back", "[call]") {
  Scene scene;
  scene.connect();
  CHECK(scene.on(digit(kCallerLeg, 9)) == Lines{"info called-1 application/dtmf-relay"});
  CHECK(scene.on(digit(kFirst, 4)) == Lines{"info caller application/dtmf-relay"});
  CHECK(scene.on(InfoAnswered{.leg = kFirst, .number = 1, .status = 200}) ==
        Lines{"accept request of caller"});
  CHECK(scene.on(InfoAnswered{.leg = kCallerLeg, .number = 2, .status = 415}) ==
        Lines{"reject request of called-1 415"});
  // Once each.
  CHECK(scene.on(InfoAnswered{.leg = kFirst, .number = 1, .status = 200}).empty());
}

TEST_CASE("info: what is between the other side and us stays there", "[call]") {
  for (const int status : {401, 407, 408, 503}) {
    CAPTURE(status);
    Scene scene;
    scene.connect();
    scene.on(digit(kCallerLeg, 9));
    CHECK(scene.on(InfoAnswered{.leg = kFirst, .number = 1, .status = status}) ==
          Lines{"reject request of caller 500"});
  }
}

TEST_CASE("info: one that shows the dialog gone ends the call", "[call]") {
  Scene scene;
  scene.connect();
  scene.on(digit(kCallerLeg, 9));
  const Lines lines = scene.on(InfoAnswered{.leg = kFirst, .number = 1, .status = 481});
  CHECK(lines.front() == "reject request of caller 500");
  CHECK(std::ranges::count(lines, "bye caller") == 1);
  CHECK(scene.state().phase == Phase::ending);
}

TEST_CASE("info: an empty one is answered by us, one without a listener refused", "[call]") {
  Scene scene;
  scene.ring();
  CHECK(scene.on(InfoReceived{.leg = kCallerLeg, .transaction = 1}) ==
        Lines{"accept request of caller"});
  CHECK(scene.on(digit(kCallerLeg, 2)) == Lines{"reject request of caller 488"});
}

TEST_CASE("info: no more than a finger can do at once", "[call]") {
  Scene scene;
  scene.connect();
  for (unsigned i = 1; i <= 16; ++i) CHECK(scene.on(digit(kCallerLeg, i)).size() == 1);
  CHECK(scene.on(digit(kCallerLeg, 17)) == Lines{"reject request of caller 500 retry"});
  const Lines lines = scene.on(ByeReceived{.leg = kFirst});
  CHECK(std::ranges::count_if(lines, [](const std::string& line) {
          return line == "reject request of caller 487";
        }) == 16);
}

}  // namespace trunkline::call
