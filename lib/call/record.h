// SPDX-License-Identifier: MIT
#pragma once

// The call detail record of one call while it grows. Every journal entry of a call carries the
// whole record so far (schemas/journal/call.v1), so the last one that was written is the truth.
//
// All moments of a record are on one line: the wall clock at the start of the call plus time passed
// on the steady clock. A step of the wall clock during a call neither stretches nor reverses it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "call/cause.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::call {

/// When something happened, on both clocks.
struct Moment {
  core::Time wall;
  core::SteadyTime steady;
};

struct Party {
  std::optional<core::DeviceId> device = {};
  std::string name = {};
  std::string number = {};   ///< extension, without punctuation
  std::string call_id = {};  ///< SIP Call-ID of its leg
  std::string address = {};  ///< "192.0.2.7:5060"
  std::string user_agent = {};

  bool operator==(const Party&) const = default;
};

enum class Stage : std::uint8_t { initiated, ringing, connected, ended };
std::string_view name_of(Stage stage);

enum class EndedBy : std::uint8_t { caller, called, system };
std::string_view name_of(EndedBy who);

struct Record {
  core::CallRef call;
  core::TenantId tenant;
  Party caller;
  Party called;
  bool is_anonymous = false;  ///< the called side was not told who calls
  std::string dialled;
  std::string rule;  ///< the routing rule that decided
  Stage stage = Stage::initiated;
  bool is_recorded = false;
  std::optional<core::RecordingId> recording = {};  ///< of a call not is_recorded: on demand
  std::string recording_rule = {};  ///< whose setting, or which operator, decided: "tenant"

  /// What phones said to call instead, followed or not.
  struct Redirected {
    int status = 302;
    std::string by;  ///< the device that said it
    std::string to;
    std::string rule;
    std::string refusal = {};  ///< why it was not followed
  };
  std::vector<Redirected> redirected = {};

  Moment started;
  std::optional<core::SteadyTime> ringing_at = {};
  std::optional<core::SteadyTime> answered_at = {};
  std::optional<core::SteadyTime> ended_at = {};

  /// Of an ended call.
  std::optional<Disposition> disposition = {};
  std::optional<int> sip_status = {};
  std::optional<int> q850_cause = {};
  std::optional<EndedBy> ended_by = {};
  std::string reason = {};
};

/// The wall time of a steady moment of this call.
core::Time wall_time(const Record& record, core::SteadyTime moment);

/// "always" by the directory, "on-demand" since an operator asked for it, else "off".
std::string_view recording_mode_of(const Record& record);

/// The body of a call.* entry, schema call.v1: one line of JSON.
std::string to_text(const Record& record);

/// A stored body closed as interrupted: for calls that a former process left open. The body's own
/// words stay; `at` is when it was closed. How long the parties talked nobody here knows, so
/// talk_ms is left out; the media account tells. A fault where the body is no open call.v1 record.
[[nodiscard]] core::Result<core::Json> interrupted(core::Json body, core::Time at);

}  // namespace trunkline::call
