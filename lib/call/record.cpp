// SPDX-License-Identifier: MIT
#include "call/record.h"

#include <algorithm>
#include <utility>

#include "core/json_text.h"

namespace trunkline::call {
namespace {

void add(core::JsonText& json, const Party& party) {
  if (party.device) json.add("device", party.device->text());
  json.add_some("name", party.name)
      .add_some("number", party.number)
      .add_some("call_id", party.call_id)
      .add_some("address", party.address)
      .add_some("user_agent", party.user_agent);
}

std::string caller_text(const Record& record) {
  core::JsonText json;
  add(json, record.caller);
  if (record.is_anonymous) json.add_raw("is_anonymous", "true");
  return std::move(json).finish();
}

std::string called_text(const Record& record) {
  core::JsonText json;
  json.add("dialled", record.dialled);
  add(json, record.called);
  return std::move(json).finish();
}

std::string redirected_text(const Record& record) {
  std::string all = "[";
  for (const Record::Redirected& redirected : record.redirected) {
    core::JsonText json;
    json.add("status", redirected.status)
        .add("by", redirected.by)
        .add("to", redirected.to)
        .add_some("rule", redirected.rule)
        .add_some("refusal", redirected.refusal);
    if (all.size() > 1) all += ",";
    all += std::move(json).finish();
  }
  return all + "]";
}

std::int64_t milliseconds(core::SteadyTime from, core::SteadyTime to) {
  return std::chrono::duration_cast<core::Milliseconds>(to - from).count();
}

void add_times(core::JsonText& json, const Record& record) {
  json.add("started_at", core::to_rfc3339(record.started.wall));
  const auto add_moment = [&](std::string_view key, const std::optional<core::SteadyTime>& moment) {
    if (moment) json.add(key, core::to_rfc3339(wall_time(record, *moment)));
  };
  add_moment("ringing_at", record.ringing_at);
  add_moment("answered_at", record.answered_at);
  add_moment("ended_at", record.ended_at);
  // Post-dial delay ends with the first sign of the called side.
  const auto first_sign = record.ringing_at ? record.ringing_at : record.answered_at;
  if (first_sign) json.add("pdd_ms", milliseconds(record.started.steady, *first_sign));
  const auto rang_until = record.answered_at ? record.answered_at : record.ended_at;
  if (record.ringing_at && rang_until) {
    json.add("ring_ms", milliseconds(*record.ringing_at, *rang_until));
  }
  if (record.answered_at && record.ended_at) {
    json.add("talk_ms", milliseconds(*record.answered_at, *record.ended_at));
  }
}

void add_end(core::JsonText& json, const Record& record) {
  if (record.disposition) json.add("disposition", name_of(*record.disposition));
  if (record.sip_status) json.add("sip_status", *record.sip_status);
  if (record.q850_cause) json.add("q850_cause", *record.q850_cause);
  if (record.ended_by) json.add("ended_by", name_of(*record.ended_by));
  json.add_some("reason", record.reason);
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

std::string_view recording_mode_of(const Record& record) {
  if (record.is_recorded) return "always";
  return record.recording ? "on-demand" : "off";
}

std::string to_text(const Record& record) {
  core::JsonText json;
  json.add("schema", "call.v1")
      .add("call", record.call.text())
      .add("tenant", record.tenant.text())
      .add("node", "sipd")
      .add("direction", "internal")
      .add_raw("caller", caller_text(record))
      .add_raw("called", called_text(record))
      .add("state", name_of(record.stage));
  add_end(json, record);
  json.add("rule", record.rule);
  if (!record.redirected.empty()) json.add_raw("redirected", redirected_text(record));
  add_times(json, record);
  json.add("recording_mode", recording_mode_of(record));
  if (!record.recording_rule.empty()) json.add("recording_rule", record.recording_rule);
  if (record.recording) json.add("recording", record.recording->text());
  return std::move(json).finish();
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
  if (answered) body["sip_status"] = 200;
  return body;
}

}  // namespace trunkline::call
