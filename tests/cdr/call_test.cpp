// SPDX-License-Identifier: MIT
#include "cdr/call.h"

#include <catch2/catch.hpp>

namespace trunkline::cdr {
namespace {

constexpr const char* kBody = R"({"schema":"call.v1",
  "call":"01a1fbf0-9f35-77cc-891d-dad7b6fbda28","tenant":"01a1fbf0-a15f-7730-b3e7-15a08e0dcff9",
  "node":"sipd","direction":"internal",
  "caller":{"device":"01a1fbf0-a2b7-7f16-a0ea-9c873445122e","name":"alice","number":"101",
            "call_id":"x@y","address":"127.0.0.1:5070","user_agent":"baresip"},
  "called":{"dialled":"102","name":"bob","number":"102"},
  "state":"ended","disposition":"answered","sip_status":200,"q850_cause":16,"ended_by":"caller",
  "rule":"extension","started_at":"2026-11-21T08:00:00.000000Z",
  "answered_at":"2026-11-21T08:00:04.500000Z","ended_at":"2026-11-21T08:00:09.500000Z",
  "pdd_ms":120,"ring_ms":4380,"talk_ms":5000,"recording_mode":"always",
  "recording":"01a1fbf1-d525-775e-8619-e7b3a4c2eb80"})";

}  // namespace

TEST_CASE("a journaled call reads and writes back", "[cdr]") {
  core::Json body = core::parse_json(kBody).value();
  const Call call = parse_call(body).value();
  CHECK(call.caller.name == "alice");
  CHECK(call.dialled == "102");
  CHECK_FALSE(call.is_live());
  CHECK(call.talk_ms == 5000);
  CHECK(call.ringing_at == std::nullopt);
  body.erase("schema");
  core::Json written = to_json(call);
  // Members of an object have no order of their own.
  CHECK(nlohmann::json(written) == nlohmann::json(body));
}

TEST_CASE("a call says the trunk, the DID and the campaign it has", "[cdr]") {
  Call call = parse_call(core::parse_json(kBody).value()).value();
  call.trunk = "carrier";
  call.did = "+4930123456";
  call.campaign = "spring";
  const core::Json written = to_json(call);
  CHECK(core::text_at(written, "trunk") == "carrier");
  CHECK(core::text_at(written, "did") == "+4930123456");
  CHECK(core::text_at(written, "campaign") == "spring");
}

TEST_CASE("a body without id, state or start is no call; odd members are left out", "[cdr]") {
  const core::Json good = core::parse_json(kBody).value();
  for (const char* key : {"call", "state", "started_at"}) {
    core::Json body = good;
    body.erase(key);
    CAPTURE(key);
    CHECK(parse_call(body).error().message == "cannot read a call: it has no id, state or start");
  }
  core::Json odd = good;
  odd["sip_status"] = 123'456'789'012;
  odd["caller"] = 7;
  odd["called"] = "x";
  odd["talk_ms"] = "long";
  odd["recording"] = "none";
  const Call call = parse_call(odd).value();
  CHECK(call.sip_status == std::nullopt);
  CHECK(call.caller.name.empty());
  CHECK(call.dialled.empty());
  CHECK(call.talk_ms == std::nullopt);
  CHECK(call.recording == std::nullopt);
}

}  // namespace trunkline::cdr
