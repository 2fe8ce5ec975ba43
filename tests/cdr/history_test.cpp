// SPDX-License-Identifier: MIT
#include "cdr/history.h"

#include <catch2/catch.hpp>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

using core::Json;

core::Time at(std::int64_t milliseconds) {
  return core::from_microseconds(1'793'000'000'000'000 + milliseconds * 1'000);
}

/// A call.v1 body of a call from 101 alice to 102, with more members.
Json body(const Json& more) {
  Json json{{"schema", "call.v1"},
            {"caller", {{"name", "alice"}, {"number", "101"}, {"address", "192.0.2.10:5060"}}},
            {"called", {{"dialled", "102"}}},
            {"started_at", core::to_rfc3339(at(0))}};
  json.update(more);
  return json;
}

Json bob() {
  return {{"dialled", "102"}, {"name", "bob"}, {"number", "102"}, {"address", "192.0.2.11:5060"}};
}

/// "120 102 bob is ringing": milliseconds after the start, and the words.
std::vector<std::string> lines(const std::vector<Entry>& entries) {
  std::vector<std::string> lines;
  for (const Happening& one : told(entries))
    lines.push_back(
        std::to_string((core::to_microseconds(one.at) - core::to_microseconds(at(0))) / 1'000) +
        " " + one.words);
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("the entries of an answered call tell its life in order", "[cdr]") {
  const Json started{{"state", "initiated"},
                     {"rule", "extension"},
                     {"called", bob()},
                     {"recording_mode", "always"},
                     {"recording_rule", "tenant"}};
  Json ringing = started;
  ringing["state"] = "ringing";
  ringing["ringing_at"] = core::to_rfc3339(at(120));
  Json answered = ringing;
  answered["state"] = "connected";
  answered["answered_at"] = core::to_rfc3339(at(4'000));
  Json ended = answered;
  ended.update({{"state", "ended"},
                {"disposition", "answered"},
                {"sip_status", 200},
                {"q850_cause", 16},
                {"ended_by", "caller"},
                {"ended_at", core::to_rfc3339(at(16'000))}});
  CHECK(lines({{at(1), "sipd", "call.started", body(started)},
               {at(121), "sipd", "call.ringing", body(ringing)},
               {at(4'001), "sipd", "call.answered", body(answered)},
               {at(4'010), "recorderd", "recording.started", {{"status", "recording"}}},
               {at(16'005), "sipd", "call.ended", body(ended)},
               {at(16'100),
                "recorderd",
                "recording.finished",
                {{"status", "complete"}, {"duration_ms", 12'000}}},
               {at(16'200),
                "recorderd",
                "media.ended",
                {{"reason", "deleted"},
                 {"legs", Json::array({{{"leg", "caller"}, {"packets_received", 600}},
                                       {{"leg", "called"}, {"packets_received", 0}}})}}},
               {at(99'000), "recorderd", "recording.accessed", {{"who", "eve"}, {"why", "audit"}}},
               {at(99'001), "x", "weather.changed", Json::object()}}) ==
        Lines{"0 INVITE from 101 alice at 192.0.2.10:5060 for 102",
              "0 routed by rule extension to 102 bob", "0 recording always (tenant)",
              "120 102 bob at 192.0.2.11:5060 is ringing", "4000 answered by 102 bob",
              "4010 recording began", "16000 answered, ended by the caller: SIP 200, Q.850 16",
              "16100 recording complete, 0:12",
              "16200 media ended (deleted): one way: nothing came from the called",
              "99000 recording read by eve: audit",
              "99001 weather.changed (see cdrctl why --json)"});
}

TEST_CASE("a call whose last entry alone is here is told from that", "[cdr]") {
  CHECK(lines({{at(7), "sipd", "call.ended",
                body({{"state", "ended"},
                      {"disposition", "refused"},
                      {"rule", "unknown-number"},
                      {"sip_status", 404},
                      {"ended_by", "system"},
                      {"reason", "nobody has this number"},
                      {"ended_at", core::to_rfc3339(at(5))}})}}) ==
        Lines{"0 INVITE from 101 alice at 192.0.2.10:5060 for 102",
              "0 routed by rule unknown-number",
              "5 refused, ended by us: SIP 404 (nobody has this number)"});
  CHECK(lines({}).empty());
  CHECK(lines({{at(7), "sipd", "call.ended", {{"schema", "erased.v1"}, {"erasure", "x"}}}}) ==
        Lines{"7 erased: what it said is gone"});
}

TEST_CASE("redirections and recording on demand are told when they come", "[cdr]") {
  const Json first{
      {"state", "ringing"},
      {"rule", "extension"},
      {"recording_mode", "off"},
      {"redirected",
       Json::array({{{"status", 302}, {"by", "bob"}, {"to", "103"}, {"rule", "extension"}}})}};
  Json second = first;
  second["redirected"].push_back(
      {{"status", 301}, {"by", "carol"}, {"to", "102"}, {"refusal", "a circle"}});
  second["recording_mode"] = "on-demand";
  second["recording_rule"] = "on by root";
  CHECK(lines({{at(10), "sipd", "call.ringing", body(first)},
               {at(20), "sipd", "call.recording", body(second)}}) ==
        Lines{"0 INVITE from 101 alice at 192.0.2.10:5060 for 102", "0 routed by rule extension",
              "0 recording off", "10 bob answered 302 and named 103: followed by rule extension",
              "20 carol answered 301 and named 102: not followed, a circle",
              "20 recording on-demand (on by root)"});
}

TEST_CASE("the verdict on media is by the packets that came", "[cdr]") {
  const auto verdict = [](std::int64_t caller, std::int64_t called) {
    return media_verdict(
        {{"legs", Json::array({{{"leg", "caller"}, {"packets_received", caller}},
                               {{"leg", "called"}, {"packets_received", called}}})}});
  };
  CHECK(verdict(5, 5) == "both ways");
  CHECK(verdict(5, 0) == "one way: nothing came from the called");
  CHECK(verdict(0, 5) == "one way: nothing came from the caller");
  CHECK(verdict(0, 0) == "none: no packet came from either");
  CHECK(media_verdict(Json::object()).empty());
  CHECK(media_verdict({{"legs", Json::array()}}).empty());
}

}  // namespace
}  // namespace trunkline::cdr
