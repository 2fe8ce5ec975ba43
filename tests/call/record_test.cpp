// SPDX-License-Identifier: MIT
#include "call/record.h"

#include <catch2/catch.hpp>

#include "call/scene.h"

namespace trunkline::call {
namespace {

core::Json talking() {
  Scene scene;
  scene.ring();
  scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
  scene.media();
  return scene.body();
}

}  // namespace

TEST_CASE("record: keys that have no value are left out", "[call]") {
  Scene scene;
  scene.on(invitation());
  const core::Json& body = scene.body();
  CHECK(body["schema"] == "call.v1");
  CHECK(body["call"] == "018f0000-0000-7000-8000-000000000001");
  CHECK(body["direction"] == "internal");
  CHECK(body["caller"]["name"] == "alice");
  CHECK(body["called"]["dialled"] == "102");
  CHECK(body["recording_mode"] == "off");
  for (const char* key : {"disposition", "sip_status", "ended_by", "ended_at", "talk_ms", "reason",
                          "ringing_at", "recording", "pdd_ms"}) {
    CAPTURE(key);
    CHECK_FALSE(body.contains(key));
  }
}

TEST_CASE("record: a recorded call carries its recording, a refused one does not", "[call]") {
  Invited invited = invitation();
  invited.is_recorded = true;
  invited.recording =
      core::RecordingId(core::Uuid::parse("018f0000-0000-7000-8000-0000000000bb").value());
  Scene scene;
  scene.on(invited);
  CHECK(scene.body()["recording_mode"] == "always");
  CHECK(scene.body()["recording"] == "018f0000-0000-7000-8000-0000000000bb");

  invited.targets.clear();
  Scene refused;
  refused.on(invited);
  CHECK_FALSE(refused.body().contains("recording"));
}

TEST_CASE("record: an operator's switch is an entry of a connected call, of no other", "[call]") {
  const RecordingSwitched on{.recording = core::RecordingId(
                                 core::Uuid::parse("018f0000-0000-7000-8000-0000000000bb").value()),
                             .rule = "on by root"};
  Scene ringing;
  ringing.on(invitation());
  CHECK(ringing.on(on).empty());
  Scene live;
  live.connect();
  CHECK(live.on(on) == Lines{"append call.recording (ticket 4)"});
  CHECK(live.body()["recording_mode"] == "on-demand");
  CHECK(live.body()["recording_rule"] == "on by root");
  CHECK(live.body()["recording"] == "018f0000-0000-7000-8000-0000000000bb");
}

TEST_CASE("record: an answer without ringing has a post-dial delay", "[call]") {
  Scene scene;
  scene.on(invitation());
  scene.media();
  scene.pass(core::Milliseconds(40));
  scene.on(Answered{.leg = kFirst, .sdp = kAnswer});
  scene.media();
  CHECK(scene.body()["pdd_ms"] == 40);
  CHECK_FALSE(scene.body().contains("ring_ms"));
}

TEST_CASE("record: an open call of a former process is closed as interrupted", "[call]") {
  const core::Json open = talking();
  const core::Time answered = core::parse_rfc3339(open["answered_at"].get<std::string>()).value();
  const auto closed = interrupted(open, answered + core::Seconds(90));
  REQUIRE(closed);
  CHECK((*closed)["state"] == "ended");
  CHECK((*closed)["disposition"] == "interrupted");
  CHECK_FALSE(closed->contains("talk_ms"));
  CHECK((*closed)["sip_status"] == 200);
  CHECK((*closed)["ended_by"] == "system");
  CHECK((*closed)["ended_at"] == core::to_rfc3339(answered + core::Seconds(90)));
  CHECK((*closed)["caller"] == open["caller"]);
  CHECK_FALSE(interrupted(*closed, answered).has_value());
}

TEST_CASE("record: closing survives a wall clock that was set back", "[call]") {
  const core::Json open = talking();
  const core::Time started = core::parse_rfc3339(open["started_at"].get<std::string>()).value();
  const auto closed = interrupted(open, started - core::Seconds(3600));
  REQUIRE(closed);
  CHECK((*closed)["ended_at"] >= open["answered_at"]);
}

TEST_CASE("record: what is no record cannot be closed", "[call]") {
  const core::Time now = core::from_microseconds(1'795'000'000'000'000);
  CHECK(interrupted(core::Json::object(), now).error().message ==
        "cannot close a stored call: it is no call.v1 record");
  CHECK_FALSE(interrupted(core::Json{{"schema", "call.v1"}}, now).has_value());
}

}  // namespace trunkline::call
