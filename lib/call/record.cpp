// SPDX-License-Identifier: MIT
#include "call/record.h"

#include <algorithm>

namespace trunkline::call {
namespace {

core::Json to_json(const Party& party) {
  core::Json json = core::Json::object();
  if (party.device) json["device"] = party.device->text();
  if (!party.name.empty()) json["name"] = party.name;
  if (!party.number.empty()) json["number"] = party.number;
  if (!party.call_id.empty()) json["call_id"] = party.call_id;
  if (!party.address.empty()) json["address"] = party.address;
  if (!party.user_agent.empty()) json["user_agent"] = party.user_agent;
  return json;
}

core::Json called_to_json(const Record& record) {
  core::Json json = core::Json::object();
  json["dialled"] = record.dialled;
  json.update(to_json(record.called));
  return json;
}

std::int64_t milliseconds(core::SteadyTime from, core::SteadyTime to) {
  return std::chrono::duration_cast<core::Milliseconds>(to - from).count();
}

void add_times(core::Json& json, const Record& record) {
  json["started_at"] = core::to_rfc3339(record.started.wall);
  const auto add = [&](const char* key, const std::optional<core::SteadyTime>& moment) {
    if (moment) json[key] = core::to_rfc3339(wall_time(record, *moment));
  };
  add("ringing_at", record.ringing_at);
  add("answered_at", record.answered_at);
  add("ended_at", record.ended_at);
  // Post-dial delay ends with the first sign of the called side.
  const auto first_sign = record.ringing_at ? record.ringing_at : record.answered_at;
  if (first_sign) json["pdd_ms"] = milliseconds(record.started.steady, *first_sign);
  const auto rang_until = record.answered_at ? record.answered_at : record.ended_at;
  if (record.ringing_at && rang_until) {
    json["ring_ms"] = milliseconds(*record.ringing_at, *rang_until);
  }
  if (record.answered_at && record.ended_at) {
    json["talk_ms"] = milliseconds(*record.answered_at, *record.ended_at);
  }
}

void add_end(core::Json& json, const Record& record) {
  if (record.disposition) json["disposition"] = name_of(*record.disposition);
  if (record.sip_status) json["sip_status"] = *record.sip_status;
  if (record.q850_cause) json["q850_cause"] = *record.q850_cause;
  if (record.ended_by) json["ended_by"] = name_of(*record.ended_by);
  if (!record.reason.empty()) json["reason"] = record.reason;
}

}  // namespace

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::initiated:
      return "initiated";
    case Stage::ringing:
      return "ringing";
    case Stage::connected:
      return "connected";
    case Stage::ended:
      return "ended";
  }
  return "";
}

std::string_view name_of(EndedBy who) {
  switch (who) {
    case EndedBy::caller:
      return "caller";
    case EndedBy::called:
      return "called";
    case EndedBy::system:
      return "system";
  }
  return "";
}

core::Time wall_time(const Record& record, core::SteadyTime moment) {
  return record.started.wall +
         std::chrono::duration_cast<core::Microseconds>(moment - record.started.steady);
}

core::Json to_json(const Record& record) {
  core::Json json = core::Json::object();
  json["schema"] = "call.v1";
  json["call"] = record.call.text();
  json["tenant"] = record.tenant.text();
  json["node"] = "sipd";
  json["direction"] = "internal";
  json["caller"] = to_json(record.caller);
  json["called"] = called_to_json(record);
  json["state"] = name_of(record.stage);
  add_end(json, record);
  json["rule"] = record.rule;
  add_times(json, record);
  json["recording_mode"] = record.is_recorded ? "always" : "off";
  if (record.recording) json["recording"] = record.recording->text();
  return json;
}

core::Result<core::Json> interrupted(core::Json body, core::Time at) {
  if (core::text_at(body, "schema") != "call.v1") {
    return core::fault(core::ExitCode::data, "cannot close a stored call: it is no call.v1 record");
  }
  const auto started = core::parse_rfc3339(core::text_at(body, "started_at"));
  if (!started) return tl::make_unexpected(started.error());
  if (core::text_at(body, "state") == name_of(Stage::ended)) {
    return core::fault(core::ExitCode::data, "cannot close a stored call: it has ended already");
  }
  const auto answered = core::parse_rfc3339(core::text_at(body, "answered_at"));
  // The wall clock may have been set back since.
  const core::Time ended = std::max(at, answered.value_or(*started));
  body["state"] = name_of(Stage::ended);
  body["disposition"] = name_of(Disposition::interrupted);
  // Q.850 41: temporary failure.
  body["q850_cause"] = 41;
  body["ended_by"] = name_of(EndedBy::system);
  body["reason"] = "the exchange stopped during the call";
  body["ended_at"] = core::to_rfc3339(ended);
  if (answered) {
    body["sip_status"] = 200;
    body["talk_ms"] = std::chrono::duration_cast<core::Milliseconds>(ended - *answered).count();
  }
  return body;
}

}  // namespace trunkline::call
