// SPDX-License-Identifier: MIT
#include "mediaplane/facts.h"

#include <cmath>

#include "os/user.h"

namespace trunkline::mediaplane {
namespace {

using core::Json;

std::string codec_of(const CallFacts& facts, Leg leg, const LegCounters& counters) {
  if (counters.payload_type) {
    const auto& names = facts.codec_names[index_of(leg)];
    const auto found = names.find(*counters.payload_type);
    if (found != names.end()) return found->second;
  }
  return facts.codec;
}

Json media_leg(const CallFacts& facts, Leg leg, const LegCounters& counters) {
  Json json = {{"leg", recording::name_of(leg)}};
  const std::string codec = codec_of(facts, leg, counters);
  if (!codec.empty()) json["codec"] = codec;
  json["packets_received"] = counters.packets_received;
  json["bytes_received"] = counters.bytes_received;
  json["packets_sent"] = counters.packets_sent;
  json["packets_lost"] = counters.packets_lost;
  json["packets_late"] = counters.packets_late;
  json["packets_refused"] = counters.packets_refused;
  json["jitter_ms"] = std::round(counters.jitter_ms * 1000.0) / 1000.0;
  json["media_ms"] = counters.media_ms;
  return json;
}

Json recording_leg(Leg leg, const recording::Account& account) {
  const recording::LegAccount& counts = account.legs[index_of(leg)];
  return {{"leg", recording::name_of(leg)},
          {"packets_received", counts.packets_received},
          {"packets_written", counts.packets_written},
          {"packets_lost", counts.packets_lost},
          {"packets_late", counts.packets_late},
          {"paused_ms", counts.paused_ms},
          {"media_ms", account.media_ms[index_of(leg)]}};
}

}  // namespace

std::string_view name_of(MediaEnd end) {
  switch (end) {
    case MediaEnd::deleted:
      return "deleted";
    case MediaEnd::timeout:
      return "timeout";
    case MediaEnd::stopped:
      break;
  }
  return "stopped";
}

std::string_view name_of(RecordingStatus status) {
  switch (status) {
    case RecordingStatus::recording:
      return "recording";
    case RecordingStatus::complete:
      return "complete";
    case RecordingStatus::truncated:
      return "truncated";
    case RecordingStatus::failed:
      return "failed";
    case RecordingStatus::unsupported:
      break;
  }
  return "unsupported";
}

std::string_view kind_of(RecordingStatus status) {
  switch (status) {
    case RecordingStatus::recording:
      return "recording.started";
    case RecordingStatus::complete:
    case RecordingStatus::truncated:
      return "recording.finished";
    case RecordingStatus::failed:
    case RecordingStatus::unsupported:
      break;
  }
  return "recording.failed";
}

core::Json media_body(const CallFacts& facts, const SessionCounters& counters, MediaEnd end,
                      core::Time at) {
  Json legs = Json::array();
  for (const Leg leg : {Leg::caller, Leg::called}) {
    legs.push_back(media_leg(facts, leg, total(counters, leg)));
  }
  return {{"schema", "media.v1"},
          {"call", facts.call.text()},
          {"tenant", facts.tenant.text()},
          {"started_at", core::to_rfc3339(facts.started_at)},
          {"ended_at", core::to_rfc3339(at)},
          {"reason", name_of(end)},
          {"legs", std::move(legs)}};
}

core::Json recording_body(const RecordingFacts& facts, const RecordingEnd& end,
                          const recording::Account& account) {
  Json json = {{"schema", "recording.v1"},
               {"recording", facts.recording.text()},
               {"call", facts.call.text()},
               {"tenant", facts.tenant.text()}};
  if (!facts.path.empty()) json["path"] = facts.path;
  if (!facts.key_id.empty()) json["key_id"] = facts.key_id;
  json["codec"] = sealed::name_of(facts.format.codec);
  json["channels"] = facts.format.channels;
  json["sample_rate"] = facts.format.sample_rate;
  json["segment_ms"] = facts.format.segment_ms;
  json["status"] = name_of(end.status);
  if (!end.reason.empty()) json["reason"] = end.reason;
  json["started_at"] = core::to_rfc3339(facts.started_at);
  if (end.ended_at) json["ended_at"] = core::to_rfc3339(*end.ended_at);
  if (end.status != RecordingStatus::recording) json["duration_ms"] = end.duration.count();
  if (!facts.path.empty()) json["bytes"] = end.bytes;
  json["legs"] =
      Json::array({recording_leg(Leg::caller, account), recording_leg(Leg::called, account)});
  return json;
}

core::Json access_body(const Access& access, core::Time at) {
  Json json = {{"schema", "access.v1"}, {"recording", access.recording.text()}};
  if (!access.call.is_nil()) json["call"] = access.call.text();
  json["tenant"] = access.tenant.text();
  json["who"] = "uid:" + std::to_string(access.who.uid) + " " + os::user_name(access.who.uid);
  json["why"] = access.why;
  json["from"] = "pid " + std::to_string(access.who.pid);
  json["at"] = core::to_rfc3339(at);
  return json;
}

}  // namespace trunkline::mediaplane
