// SPDX-License-Identifier: MIT
#include "mediaplane/facts.h"

#include <algorithm>
#include <cmath>

#include "os/user.h"
#include "rtp/quality.h"

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

double rounded(double value) {
  return std::round(value * 1000.0) / 1000.0;
}

double percent(std::uint64_t lost, std::uint64_t expected) {
  if (expected == 0) return 0.0;
  return 100.0 * static_cast<double>(std::min(lost, expected)) / static_cast<double>(expected);
}

/// Of the whole way between the parties, as far as it could be measured.
double round_trip_of(const LegCounters& one, const LegCounters& other) {
  return one.round_trip_ms.value_or(0.0) + other.round_trip_ms.value_or(0.0);
}

void add_score(Json& json, const std::string& codec, const rtp::Impairments& impairments) {
  const auto score = rtp::opinion_score(codec, impairments);
  if (score) json["mos"] = std::round(*score * 100.0) / 100.0;
}

/// What its own RTCP says that it hears of the other party.
Json heard(const LegCounters& counters, const LegCounters& peer, const std::string& peer_codec) {
  const double loss = percent(counters.heard_lost, peer.packets_expected);
  Json json = {{"reports", counters.reports},
               {"packets_lost", counters.heard_lost},
               {"loss_percent", rounded(loss)},
               {"jitter_ms", rounded(counters.heard_jitter_ms)}};
  add_score(
      json, peer_codec,
      {.loss_percent = loss,
       .delay_ms = rtp::one_way_delay_ms(round_trip_of(counters, peer), counters.heard_jitter_ms)});
  return json;
}

Json media_leg(const CallFacts& facts, Leg leg, const SessionCounters& lines) {
  const LegCounters counters = total(lines, leg);
  const LegCounters peer = total(lines, other(leg));
  Json json = {{"leg", recording::name_of(leg)}};
  const std::string codec = codec_of(facts, leg, counters);
  if (!codec.empty()) json["codec"] = codec;
  json["packets_received"] = counters.packets_received;
  json["bytes_received"] = counters.bytes_received;
  json["packets_sent"] = counters.packets_sent;
  json["packets_lost"] = counters.packets_lost;
  json["packets_late"] = counters.packets_late;
  json["packets_refused"] = counters.packets_refused;
  json["jitter_ms"] = rounded(counters.jitter_ms);
  json["media_ms"] = counters.media_ms;
  if (counters.round_trip_ms) json["round_trip_ms"] = rounded(*counters.round_trip_ms);
  if (counters.longest_round_trip_ms) {
    json["longest_round_trip_ms"] = rounded(*counters.longest_round_trip_ms);
  }
  if (counters.packets_received > 0) {
    const double loss = percent(counters.packets_lost, counters.packets_expected);
    json["loss_percent"] = rounded(loss);
    add_score(
        json, codec,
        {.loss_percent = loss,
         .delay_ms = rtp::one_way_delay_ms(round_trip_of(counters, peer), counters.jitter_ms)});
  }
  if (counters.reports > 0) {
    json["heard"] = heard(counters, peer, codec_of(facts, other(leg), peer));
  }
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
    legs.push_back(media_leg(facts, leg, counters));
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
