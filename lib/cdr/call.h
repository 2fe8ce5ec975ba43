// SPDX-License-Identifier: MIT
#pragma once

// One call as the ledger tells it: the last journal entry of the call, spread over columns. Live
// calls have a state before "ended" and no disposition.

#include <cstdint>
#include <optional>
#include <string>

#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::cdr {

struct Party {
  std::optional<core::DeviceId> device = {};
  std::string name = {};
  std::string number = {};
  std::string call_id = {};  ///< SIP Call-ID of this leg
  std::string address = {};
  std::string user_agent = {};
};

struct Call {
  core::CallRef call = {};
  core::TenantId tenant = {};
  std::string node = {};
  std::string direction = {};
  Party caller = {};
  Party called = {};
  std::string dialled = {};
  std::string state = {};        ///< initiated, ringing, connected, ended
  std::string disposition = {};  ///< empty while live
  std::optional<int> sip_status = {};
  std::optional<int> q850_cause = {};
  std::string ended_by = {};
  std::string reason = {};
  std::string rule = {};
  core::Time started_at = {};
  std::optional<core::Time> ringing_at = {};
  std::optional<core::Time> answered_at = {};
  std::optional<core::Time> ended_at = {};
  std::optional<std::int64_t> pdd_ms = {};  ///< post-dial delay
  std::optional<std::int64_t> ring_ms = {};
  std::optional<std::int64_t> talk_ms = {};
  std::string recording_mode = {};
  std::string recording_rule = {};  ///< who decided the mode; only of one call's own body
  std::optional<core::RecordingId> recording = {};
  std::string country = {};        ///< that was called, "DE"; empty within the house
  std::string cost = {};           ///< "0.0123", as last rated; empty while it was not
  std::string cost_currency = {};  ///< "EUR"
  std::string trunk = {};          ///< name of the one it came from or went to
  std::string did = {};            ///< the number of ours that was called, or shown on the way out
  std::string campaign = {};       ///< name of the one it was made for

  bool is_live() const noexcept { return state != "ended"; }
};

/// "cdr.v1", as `cdrctl --json` prints it (schemas/json/cdr.v1.schema.json).
core::Json to_json(const Call& call);
/// The body of a call.* journal entry ("call.v1"), for asking sipd while PostgreSQL is away. A body
/// without call id, state or start is a fault.
core::Result<Call> parse_call(const core::Json& body);

}  // namespace trunkline::cdr
