// SPDX-License-Identifier: MIT
// Which phones are dialled when others have failed.
#include <catch2/catch.hpp>

#include "call/scene.h"

namespace trunkline::call {
namespace {

Redirection to(std::string name, std::size_t phones = 1) {
  Redirection redirection{.to = "sip:" + name + "@example.org",
                          .rule = "name",
                          .called = {.name = name, .number = "1" + name}};
  for (std::size_t i = 0; i < phones; ++i) {
    redirection.targets.push_back({.call_id = name + "-call-id", .address = "192.0.2.9:5060"});
  }
  return redirection;
}
Redirection refused(std::string name, std::string why) {
  return {.to = "sip:" + name + "@example.org", .rule = "none", .refusal = std::move(why)};
}
Failed moved(LegId leg, std::vector<Redirection> redirections) {
  return {.leg = leg,
          .status = 302,
          .reason = "Moved Temporarily",
          .redirections = std::move(redirections)};
}
const Lines kAgain{"stop ring timer", "start ring timer"};

Lines operator+(Lines left, const Lines& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace

TEST_CASE("branches: a redirection is followed, and the entry tells it", "[call]") {
  Scene scene;
  scene.ring();
  CHECK(scene.on(moved(kFirst, {to("carol")})) == kAgain + Lines{"dial called-2 with sdp"});
  scene.on(Answered{.leg = kSecond, .sdp = kAnswer});
  scene.media();
  const core::Json& body = scene.body();
  CHECK(body["state"] == "connected");
  CHECK(body["called"]["dialled"] == "102");
  CHECK(body["called"]["name"] == "carol");
  CHECK(body["called"]["call_id"] == "carol-call-id");
  CHECK(body["redirected"] ==
        core::parse_json(R"([{"status":302,"by":"bob","to":"sip:carol@example.org",)"
                         R"("rule":"name"}])")
            .value());
}

TEST_CASE("branches: contacts are tried one after the other, a device's phones together",
          "[call]") {
  Scene scene;
  scene.ring();
  CHECK(scene.on(
            moved(kFirst, {to("carol", 2), refused("eve", "nobody is called eve"), to("dave")})) ==
        kAgain + Lines{"dial called-2 with sdp", "dial called-3 with sdp"});
  CHECK(scene.on(Failed{.leg = kSecond, .status = 486}).empty());
  CHECK(scene.on(Failed{.leg = kThird, .status = 480}) == Lines{"dial called-4 with sdp"});
  SECTION("the last one answers") {
    CHECK(scene.on(Answered{.leg = LegId(4), .sdp = kAnswer}).at(0) == "stop ring timer");
    scene.media();
    CHECK(scene.body()["called"]["name"] == "dave");
  }
  SECTION("nobody does: the best answer of those that were not followed") {
    scene.on(Failed{.leg = LegId(4), .status = 404, .reason = "gone"});
    CHECK(scene.body()["sip_status"] == 486);
    CHECK(scene.body()["called"]["name"] == "carol");
    CHECK(scene.body()["redirected"].size() == 3);
    CHECK(scene.body()["redirected"][1]["refusal"] == "nobody is called eve");
  }
  SECTION("one redirects further: that first, then what was left") {
    Scene other;
    other.ring();
    other.on(moved(kFirst, {to("carol"), to("dave")}));
    CHECK(other.on(moved(kSecond, {to("erin")})) == kAgain + Lines{"dial called-4 with sdp"});
    CHECK(other.on(Failed{.leg = LegId(4), .status = 486}) == Lines{"dial called-3 with sdp"});
  }
  SECTION("a 603 ends the search") {
    Scene other;
    other.ring();
    other.on(moved(kFirst, {to("carol"), to("dave")}));
    CHECK(other.on(Failed{.leg = kSecond, .status = 603}).at(0) == "stop ring timer");
    CHECK(other.body()["sip_status"] == 603);
  }
}

TEST_CASE("branches: a redirection that leads nowhere is a refusal, and told", "[call]") {
  Scene scene;
  scene.ring();
  scene.on(moved(kFirst, {refused("eve", "nobody is called eve")}));
  CHECK(scene.body()["sip_status"] == 480);
  CHECK(scene.body()["disposition"] == "rejected");
  CHECK(scene.body()["redirected"][0]["refusal"] == "nobody is called eve");
  CHECK(scene.commit() == Lines{"reject 480"});
}

TEST_CASE("branches: others ring on while a redirection is followed", "[call]") {
  Scene scene;
  scene.ring(2);
  CHECK(scene.on(moved(kFirst, {to("carol")})) == kAgain + Lines{"dial called-3 with sdp"});
  CHECK(scene.on(Answered{.leg = kSecond, .sdp = kAnswer}) ==
        Lines{"stop ring timer", "cancel called-3 answered elsewhere", "acknowledge called-2",
              "start answer timer", "answer media of caller by called-2 (request 2)"});
}

TEST_CASE("branches: a call that is over follows nobody", "[call]") {
  Scene scene;
  scene.ring();
  scene.on(Cancelled{});
  scene.commit();
  scene.media("");
  CHECK(scene.on(moved(kFirst, {to("carol")})) == Lines{"stop settle timer", "finish"});
}

TEST_CASE("branches: who must be recorded is, however it was reached", "[call]") {
  Scene scene;
  scene.ring();
  Redirection recorded = to("carol");
  recorded.recording =
      core::RecordingId(core::Uuid::parse("018f0000-0000-7000-8000-000000000009").value());
  recorded.recording_rule = "device carol";
  scene.on(moved(kFirst, {recorded}));
  scene.on(Answered{.leg = kSecond, .sdp = kAnswer});
  scene.media();
  CHECK(scene.body()["recording_mode"] == "always");
  CHECK(scene.body()["recording"] == "018f0000-0000-7000-8000-000000000009");
  CHECK(scene.body()["recording_rule"] == "device carol");
}

TEST_CASE("branches: another flow of the same phone is tried where the first leads nowhere",
          "[call]") {
  const auto two_flows = [] {
    Invited invited = invitation(3);
    invited.targets[1].is_spare = true;
    return invited;
  };
  struct Row {
    std::string what;
    Failed failed;
    bool is_tried;
  };
  for (const Row& row : {
           Row{"the edge says so", {.leg = kFirst, .status = 430}, true},
           Row{"no answer at all", {.leg = kFirst, .status = 408, .is_unreachable = true}, true},
           Row{"not to be sent", {.leg = kFirst, .status = 503, .is_unreachable = true}, true},
           Row{"the phone says 408", {.leg = kFirst, .status = 408}, false},
           Row{"it is busy", {.leg = kFirst, .status = 486}, false},
       }) {
    INFO(row.what);
    Scene scene;
    scene.on(two_flows());
    CHECK(scene.media() ==
          Lines{"start ring timer", "dial called-1 with sdp", "dial called-3 with sdp"});
    CHECK(scene.on(row.failed) == (row.is_tried ? Lines{"dial called-2 with sdp"} : Lines{}));
    const auto lines = scene.on(Failed{.leg = kThird, .status = 486});
    CHECK(lines.empty() == row.is_tried);
    if (!row.is_tried) continue;
    scene.on(Failed{.leg = kSecond, .status = 430});
    CHECK(scene.body()["sip_status"] == 486);
  }
}

TEST_CASE("branches: a lost flow is our own affair", "[call]") {
  Scene scene;
  scene.on(invitation());
  scene.media();
  scene.on(Failed{.leg = kFirst, .status = 430, .reason = "Flow Failed"});
  CHECK(scene.body()["disposition"] == "failed");
  CHECK(scene.commit() == Lines{"reject 480"});
}

}  // namespace trunkline::call
