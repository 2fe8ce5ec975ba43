// SPDX-License-Identifier: MIT

// What a process that was killed left behind: recordings without an end, calls without an account.

#include <utility>

#include "core/log.h"
#include "mediaplane/scribe.h"
#include "sealed/recovery.h"

namespace trunkline::mediaplane {
namespace {

core::TenantId tenant_of(const core::Json& body) {
  return core::TenantId::parse(core::text_at(body, "tenant")).value_or(core::TenantId{});
}

core::CallRef call_of(const core::Json& body) {
  return core::CallRef::parse(core::text_at(body, "call")).value_or(core::CallRef{});
}

/// Puts what recovery found into the last recording.v1 that was saved.
RecordingStatus apply(core::Json& body, const core::Result<sealed::Recovered>& recovered) {
  RecordingStatus status = RecordingStatus::failed;
  core::Milliseconds duration{0};
  if (recovered) {
    status = recovered->was_finalised ? RecordingStatus::complete : RecordingStatus::truncated;
    duration = recovered->duration;
    body["key_id"] = recovered->key_id.value();
    body["bytes"] = recovered->bytes.value();
    if (!recovered->was_finalised) body["reason"] = "recorderd ended while it was recorded";
  } else {
    body["reason"] = "cannot be recovered: " + recovered.error().message;
  }
  body["status"] = name_of(status);
  body["duration_ms"] = duration.count();
  if (const auto started_at = core::parse_rfc3339(core::text_at(body, "started_at"))) {
    body["ended_at"] = core::to_rfc3339(*started_at + duration);
  }
  return status;
}

}  // namespace

void Scribe::recover(const States& recordings, const States& media) {
  // One piece of work each, so that a recording that begins now waits for one file at the most.
  for (const auto& state : recordings) {
    const auto body = core::parse_json(state.second);
    if (!body || core::text_at(*body, "status") != name_of(RecordingStatus::recording)) continue;
    thread_.post([this, text = state.second] { recover_recording(text); });
  }
  for (const auto& [key, body] : media) {
    thread_.post([this, key = key, text = body] { recover_media(key, text); });
  }
}

void Scribe::recover_recording(const std::string& text) {
  core::Json body = core::parse_json(text).value_or(core::Json::object());
  const auto id = core::RecordingId::parse(core::text_at(body, "recording"));
  const std::string path = core::text_at(body, "path");
  if (!id || path.empty() || open_.contains(*id)) return;
  if (!parts_.keys.has_ring()) {
    // Without keys it cannot be told from a broken file: it waits for a ring.
    core::log_warning("recording waits for the key ring to be recovered",
                      {{"recording", id->text()}});
    return;
  }
  const core::Time now = parts_.clock.wall();
  const auto recovered = sealed::finalise_truncated(parts_.recordings / path, parts_.keys, now);
  const RecordingStatus status = apply(body, recovered);
  core::log_warning("recording of a former process was recovered",
                    {{"recording", id->text()},
                     {"status", name_of(status)},
                     {"reason", core::text_at(body, "reason")},
                     {"duration_ms", core::number_at(body, "duration_ms")}});
  const std::string line = core::to_line(body);
  parts_.journal.append({.kind = std::string(kind_of(status)),
                         .tenant = tenant_of(body),
                         .call = call_of(body),
                         .body = line,
                         .at = now},
                        {{std::string(kRecordingState), id->text(), line}});
  parts_.listener.recording_changed(*id, status, std::move(body));
}

void Scribe::recover_media(const std::string& key, const std::string& text) {
  const auto body = core::parse_json(text);
  if (!body || calls_.contains(key)) return;
  parts_.journal.append({.kind = "media.ended",
                         .tenant = tenant_of(*body),
                         .call = call_of(*body),
                         .body = text,
                         .at = parts_.clock.wall()},
                        {{std::string(kMediaState), key, std::nullopt}});
  parts_.listener.media_ended(*body);
}

}  // namespace trunkline::mediaplane
