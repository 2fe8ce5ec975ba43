// SPDX-License-Identifier: MIT
#include "cdr/call.h"

#include <fmt/format.h>

namespace trunkline::cdr {
namespace {

using core::ExitCode;
using core::Json;

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}
void put(Json& json, const char* key, const std::optional<core::Time>& time) {
  if (time) json[key] = core::to_rfc3339(*time);
}
template <class Number>
void put(Json& json, const char* key, const std::optional<Number>& number) {
  if (number) json[key] = *number;
}
template <class Tag>
void put(Json& json, const char* key, const std::optional<core::Id<Tag>>& id) {
  if (id) json[key] = id->text();
}

Json json_of(const Party& party) {
  Json json = Json::object();
  put(json, "device", party.device);
  put(json, "name", party.name);
  put(json, "number", party.number);
  put(json, "call_id", party.call_id);
  put(json, "address", party.address);
  put(json, "user_agent", party.user_agent);
  return json;
}

template <class Id>
std::optional<Id> id_at(const Json& json, std::string_view key) {
  const core::Result<Id> id = Id::parse(core::text_at(json, key));
  return id ? std::optional(*id) : std::nullopt;
}

std::optional<core::Time> time_at(const Json& json, std::string_view key) {
  const core::Result<core::Time> time = core::parse_rfc3339(core::text_at(json, key));
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<std::int64_t> optional_number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<int> small_number_at(const Json& json, const char* key) {
  const std::optional<std::int64_t> number = optional_number_at(json, key);
  if (!number || *number < 0 || *number > 9'999) return std::nullopt;
  return static_cast<int>(*number);
}

Party party_from(const Json& body, const char* key) {
  const auto found = body.find(key);
  if (found == body.end() || !found->is_object()) return {};
  return {.device = id_at<core::DeviceId>(*found, "device"),
          .name = core::text_at(*found, "name"),
          .number = core::text_at(*found, "number"),
          .call_id = core::text_at(*found, "call_id"),
          .address = core::text_at(*found, "address"),
          .user_agent = core::text_at(*found, "user_agent")};
}

}  // namespace

Json to_json(const Call& call) {
  Json json{{"call", call.call.text()}, {"tenant", call.tenant.text()}};
  put(json, "node", call.node);
  json["direction"] = call.direction;
  json["caller"] = json_of(call.caller);
  json["called"] = json_of(call.called);
  put(json["called"], "dialled", call.dialled);
  json["state"] = call.state;
  put(json, "disposition", call.disposition);
  put(json, "sip_status", call.sip_status);
  put(json, "q850_cause", call.q850_cause);
  put(json, "ended_by", call.ended_by);
  put(json, "reason", call.reason);
  put(json, "rule", call.rule);
  json["started_at"] = core::to_rfc3339(call.started_at);
  put(json, "ringing_at", call.ringing_at);
  put(json, "answered_at", call.answered_at);
  put(json, "ended_at", call.ended_at);
  put(json, "pdd_ms", call.pdd_ms);
  put(json, "ring_ms", call.ring_ms);
  put(json, "talk_ms", call.talk_ms);
  put(json, "recording_mode", call.recording_mode);
  put(json, "recording_rule", call.recording_rule);
  put(json, "recording", call.recording);
  put(json, "country", call.country);
  put(json, "cost", call.cost);
  put(json, "cost_currency", call.cost_currency);
  put(json, "trunk", call.trunk);
  put(json, "did", call.did);
  put(json, "campaign", call.campaign);
  return json;
}

core::Result<Call> parse_call(const Json& body) {
  const auto id = id_at<core::CallRef>(body, "call");
  const auto started_at = time_at(body, "started_at");
  Call call{.state = core::text_at(body, "state")};
  if (!id || !started_at || call.state.empty()) {
    return core::fault(ExitCode::data, "cannot read a call: it has no id, state or start");
  }
  call.call = *id;
  call.tenant = id_at<core::TenantId>(body, "tenant").value_or(core::TenantId{});
  call.node = core::text_at(body, "node");
  call.direction = core::text_at(body, "direction");
  call.caller = party_from(body, "caller");
  call.called = party_from(body, "called");
  if (const auto called = body.find("called"); called != body.end()) {
    call.dialled = core::text_at(*called, "dialled");
  }
  call.disposition = core::text_at(body, "disposition");
  call.sip_status = small_number_at(body, "sip_status");
  call.q850_cause = small_number_at(body, "q850_cause");
  call.ended_by = core::text_at(body, "ended_by");
  call.reason = core::text_at(body, "reason");
  call.rule = core::text_at(body, "rule");
  call.started_at = *started_at;
  call.ringing_at = time_at(body, "ringing_at");
  call.answered_at = time_at(body, "answered_at");
  call.ended_at = time_at(body, "ended_at");
  call.pdd_ms = optional_number_at(body, "pdd_ms");
  call.ring_ms = optional_number_at(body, "ring_ms");
  call.talk_ms = optional_number_at(body, "talk_ms");
  call.recording_mode = core::text_at(body, "recording_mode");
  call.recording_rule = core::text_at(body, "recording_rule");
  call.recording = id_at<core::RecordingId>(body, "recording");
  return call;
}

}  // namespace trunkline::cdr
