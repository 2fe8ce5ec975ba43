// SPDX-License-Identifier: MIT
#pragma once

// Which recordings there are and who touched them, as the ledger in PostgreSQL tells it. Audio and
// keys are not here: those are recorderd's.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"

namespace trunkline::catalogue {

struct Recording {
  core::RecordingId recording = {};
  core::CallRef call = {};
  core::TenantId tenant = {};
  std::string path = {};  ///< below recording.path
  std::string key_id = {};
  std::string codec = {};
  int channels = 0;
  int sample_rate = 0;
  int segment_ms = 0;
  std::string status = {};  ///< recording, complete, truncated, failed, unsupported, erased
  std::string reason = {};
  core::Time started_at = {};
  std::optional<core::Time> ended_at = {};
  std::optional<std::int64_t> duration_ms = {};
  std::optional<std::int64_t> bytes = {};
  core::Json legs = core::Json::array();  ///< the account of each channel, as journaled
  std::string caller = {};                ///< number or name, from the call where it is known
  std::string called = {};
  std::optional<core::Time> erased_at = {};
  std::string erased_why = {};             ///< the policy or request that ended it
  std::optional<core::Uuid> erasure = {};  ///< the run of retention
};

/// "recording.v1", as `cdrctl recording --json` prints it.
core::Json to_json(const Recording& recording);
/// The body of a recording.* journal entry, as recorderd answers while PostgreSQL is away.
core::Result<Recording> parse_recording(const core::Json& body);

struct Access {
  core::Time at;
  std::string who;
  std::string why;
  std::string from;
};

struct Filter {
  std::optional<core::Time> since = {};
  std::optional<core::Time> until = {};
  std::string number = {};  ///< of either party, whole
  std::string status = {};
  std::optional<core::TenantId> tenant = {};
  std::uint64_t limit = 50;  ///< 0 = all
};

/// Newest first; stops when `use` returns false. Returns the number given.
std::uint64_t for_each_recording(db::Connection& connection, const Filter& filter,
                                 const std::function<bool(const Recording&)>& use);

/// `which`: a recording's or call's id or a unique tail of it, a SIP Call-ID, a number (its
/// latest), or "last".
[[nodiscard]] core::Result<Recording> find_recording(db::Connection& connection,
                                                     std::string_view which);
/// Who read it, oldest first.
std::vector<Access> accesses_of(db::Connection& connection, const core::RecordingId& recording);

}  // namespace trunkline::catalogue
