// SPDX-License-Identifier: MIT
#include "mediaplane/facts.h"

#include <catch2/catch.hpp>

namespace trunkline::mediaplane {
namespace {

const core::Time kMoment = core::parse_rfc3339("2026-11-21T08:00:00Z").value();

template <class Id>
Id id(char digit) {
  return Id::parse("0000000" + std::string(1, digit) + "-0000-7000-8000-000000000000").value();
}

}  // namespace

TEST_CASE("facts: media.v1 names the codec each leg sent", "[facts]") {
  CallFacts facts{.key = "k",
                  .call = id<core::CallRef>('1'),
                  .tenant = id<core::TenantId>('2'),
                  .started_at = kMoment,
                  .codec = "PCMU"};
  facts.codec_names[1][8] = "PCMA";
  LineCounters line;
  line.legs[0].packets_received = 3;
  line.legs[0].jitter_ms = 1.23456;
  line.legs[1].payload_type = 8;
  const core::Json body = media_body(facts, {line}, MediaEnd::deleted, kMoment + core::Seconds(5));
  CHECK(core::to_line(body) ==
        R"({"schema":"media.v1","call":"00000001-0000-7000-8000-000000000000",)"
        R"("tenant":"00000002-0000-7000-8000-000000000000",)"
        R"("started_at":"2026-11-21T08:00:00.000000Z","ended_at":"2026-11-21T08:00:05.000000Z",)"
        R"("reason":"deleted","legs":[{"leg":"caller","codec":"PCMU","packets_received":3,)"
        R"("bytes_received":0,"packets_sent":0,"packets_lost":0,"packets_late":0,)"
        R"("packets_refused":0,"jitter_ms":1.235,"media_ms":0,"loss_percent":0.0,"mos":4.4},)"
        R"({"leg":"called","codec":"PCMA",)"
        R"("packets_received":0,"bytes_received":0,"packets_sent":0,"packets_lost":0,)"
        R"("packets_late":0,"packets_refused":0,"jitter_ms":0.0,"media_ms":0}]})");
}

TEST_CASE("facts: media.v1 tells loss, delay and score both ways", "[facts]") {
  CallFacts facts{.key = "k",
                  .call = id<core::CallRef>('1'),
                  .tenant = id<core::TenantId>('2'),
                  .started_at = kMoment,
                  .codec = "PCMU"};
  LineCounters line;
  line.legs[0] = {.packets_received = 950,
                  .packets_expected = 1000,
                  .packets_lost = 50,
                  .reports = 3,
                  .heard_lost = 20,
                  .heard_jitter_ms = 2.0,
                  .round_trip_ms = 120.0,
                  .longest_round_trip_ms = 130.5};
  line.legs[1] = {.packets_received = 400, .packets_expected = 400};
  const core::Json body = media_body(facts, {line}, MediaEnd::deleted, kMoment);
  const core::Json& caller = body["legs"][0];
  CHECK(caller["loss_percent"] == 5.0);
  CHECK(caller["round_trip_ms"] == 120.0);
  CHECK(caller["longest_round_trip_ms"] == 130.5);
  CHECK(caller["mos"] == 3.84);
  // It heard 400 packets of the other party less 20.
  CHECK(caller["heard"]["reports"] == 3);
  CHECK(caller["heard"]["loss_percent"] == 5.0);
  CHECK(caller["heard"]["jitter_ms"] == 2.0);
  CHECK(caller["heard"]["mos"] == 3.84);
  const core::Json& called = body["legs"][1];
  CHECK(called["loss_percent"] == 0.0);
  CHECK_FALSE(called.contains("round_trip_ms"));
  CHECK_FALSE(called.contains("heard"));
}

TEST_CASE("facts: a codec that nobody rated has figures and no score", "[facts]") {
  CallFacts facts{.key = "k", .call = {}, .tenant = {}, .started_at = kMoment, .codec = "iLBC"};
  LineCounters line;
  line.legs[0].packets_received = 1;
  const core::Json body = media_body(facts, {line}, MediaEnd::deleted, kMoment);
  CHECK(body["legs"][0].contains("loss_percent"));
  CHECK_FALSE(body["legs"][0].contains("mos"));
}

TEST_CASE("facts: recording.v1 leaves out what there is not", "[facts]") {
  RecordingFacts facts{.recording = id<core::RecordingId>('3'),
                       .call = id<core::CallRef>('1'),
                       .tenant = id<core::TenantId>('2'),
                       .started_at = kMoment};
  const core::Json failed = recording_body(
      facts, {.status = RecordingStatus::failed, .reason = "why", .ended_at = kMoment}, {});
  CHECK_FALSE(failed.contains("path"));
  CHECK_FALSE(failed.contains("key_id"));
  CHECK_FALSE(failed.contains("bytes"));
  CHECK(failed["reason"] == "why");
  CHECK(failed["duration_ms"] == 0);

  facts.path = "2026/11/21/recording_x.wav.enc";
  facts.key_id = "k1";
  const core::Json running = recording_body(facts, {.bytes = 256}, {});
  CHECK(running["status"] == "recording");
  CHECK(running["bytes"] == 256);
  CHECK(running["codec"] == "mulaw");
  CHECK(running["segment_ms"] == 2000);
  CHECK_FALSE(running.contains("ended_at"));
  CHECK_FALSE(running.contains("duration_ms"));
  CHECK(running["legs"][1]["leg"] == "called");
}

TEST_CASE("facts: the entry kind follows from the status", "[facts]") {
  CHECK(kind_of(RecordingStatus::recording) == "recording.started");
  CHECK(kind_of(RecordingStatus::complete) == "recording.finished");
  CHECK(kind_of(RecordingStatus::truncated) == "recording.finished");
  CHECK(kind_of(RecordingStatus::failed) == "recording.failed");
  CHECK(kind_of(RecordingStatus::unsupported) == "recording.failed");
}

TEST_CASE("facts: access.v1 says who, from where and why", "[facts]") {
  const Access access{.recording = id<core::RecordingId>('3'),
                      .call = {},
                      .tenant = id<core::TenantId>('2'),
                      .who = {.uid = 0, .gid = 0, .pid = 123},
                      .why = "cdrctl recording cat"};
  CHECK(core::to_line(access_body(access, kMoment)) ==
        R"({"schema":"access.v1","recording":"00000003-0000-7000-8000-000000000000",)"
        R"("tenant":"00000002-0000-7000-8000-000000000000","who":"uid:0 root",)"
        R"("why":"cdrctl recording cat","from":"pid 123","at":"2026-11-21T08:00:00.000000Z"})");
}

}  // namespace trunkline::mediaplane
