// SPDX-License-Identifier: MIT
#pragma once

// What is known of a call and of its recording beside figures, and the bodies of the journal's
// entries made of both (schemas/journal: media.v1, recording.v1, access.v1). Pure.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "mediaplane/counters.h"
#include "os/unix_socket.h"
#include "recording/account.h"
#include "sealed/format.h"

namespace trunkline::mediaplane {

struct CallFacts {
  std::string key;  ///< NG's call-id
  core::CallRef call;
  core::TenantId tenant;
  core::Time started_at;
  std::string codec = {};  ///< agreed: "PCMU"
  /// Per leg, the names of the payload types that party may send.
  std::array<std::map<std::uint8_t, std::string>, kLegs> codec_names = {};
};

enum class MediaEnd : std::uint8_t { deleted, timeout, stopped };
std::string_view name_of(MediaEnd end);

/// media.v1: the account as it stands at this moment. Saved while the call runs with the end
/// `stopped`, it is what a later process journals when this one does not live to do it.
core::Json media_body(const CallFacts& facts, const SessionCounters& counters, MediaEnd end,
                      core::Time at);

enum class RecordingStatus : std::uint8_t { recording, complete, truncated, failed, unsupported };
std::string_view name_of(RecordingStatus status);

struct RecordingFacts {
  core::RecordingId recording;
  core::CallRef call;
  core::TenantId tenant;
  sealed::Format format = {};
  core::Time started_at;
  std::string path = {};    ///< below recording.path; empty where no file was begun
  std::string key_id = {};  ///< of the KEK
};

/// How a recording stands or ended.
struct RecordingEnd {
  RecordingStatus status = RecordingStatus::recording;
  std::string reason = {};
  std::optional<core::Time> ended_at = {};
  core::Milliseconds duration{0};
  std::uint64_t bytes = 0;
};

/// recording.v1.
core::Json recording_body(const RecordingFacts& facts, const RecordingEnd& end,
                          const recording::Account& account);
/// The entry kind that tells it: recording.started, recording.finished or recording.failed.
std::string_view kind_of(RecordingStatus status);

struct Access {
  core::RecordingId recording;
  core::CallRef call;
  core::TenantId tenant;
  os::PeerCredentials who;
  std::string why;
};
/// access.v1; who is "uid:0 root", from "pid 123".
core::Json access_body(const Access& access, core::Time at);

}  // namespace trunkline::mediaplane
