// SPDX-License-Identifier: MIT
#pragma once

// One call as the main thread knows it: what signalling said so far. Its media live in a Session on
// an I/O thread.

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "mediaplane/io_thread.h"
#include "mediaplane/session.h"
#include "sdp/facts.h"
#include "sdp/session.h"

namespace trunkline::mediaplane {

struct CallLeg {
  std::string tag;
  std::optional<sdp::Session> description = {};  ///< what it last offered or answered
  std::optional<os::Address> signalling = {};    ///< "received from"
  std::optional<os::Family> asked_family = {};   ///< "address family" of the offer or answer to it
  core::Time since = {};
};

/// Our ports towards one party of a media line, by family; 0: none of that family.
struct LegPorts {
  core::Port ipv4{};
  core::Port ipv6{};

  core::Port& of(os::Family family) { return family == os::Family::ipv4 ? ipv4 : ipv6; }
  core::Port of(os::Family family) const { return family == os::Family::ipv4 ? ipv4 : ipv6; }
};

/// Our ports of one media line.
struct CallLine {
  bool is_rtp = true;
  std::array<LegPorts, kLegs> ports;
};

/// The one recording of a call: it may end before the call, and a new one may follow.
struct CallRecording {
  bool is_wanted = false;
  bool is_paused = false;
  std::optional<core::RecordingId> chosen = {};   ///< the id the next one will have
  std::optional<core::RecordingId> running = {};  ///< on tape now
};

/// Who commands a call, as NG names it; empty: a client that does not say.
struct Commander {
  std::string node = {};
  std::string start = {};  ///< of that node: a UUID, of which a later one is greater

  /// Whether it is an earlier start of the same node.
  bool is_before(const Commander& now) const {
    return !node.empty() && node == now.node && start < now.start;
  }
  bool operator==(const Commander&) const = default;
};

struct Call {
  std::string key;  ///< NG's call-id
  core::CallRef call;
  core::TenantId tenant;
  core::Time created_at;
  core::Time last_signal;
  core::SteadyTime last_command;  ///< the same moment, for measuring how long ago it was
  std::optional<core::Time> answered_at = {};
  bool has_timed_out = false;
  std::array<CallLeg, kLegs> legs = {};
  std::set<std::string> branches = {};  ///< tags of called parties that answered or were offered to
  std::vector<CallLine> lines = {};
  std::optional<sdp::Agreement> agreement = {};
  CallRecording recording = {};
  Commander commander = {};
  IoThread* thread = nullptr;
  std::shared_ptr<Session> session = {};  ///< shared with its I/O thread

  CallLeg& leg(Leg which) { return legs[index_of(which)]; }
  const CallLeg& leg(Leg which) const { return legs[index_of(which)]; }
  /// Which party a tag names: what is not the caller's is the called's.
  Leg leg_of(std::string_view tag) const {
    return tag == leg(Leg::caller).tag ? Leg::caller : Leg::called;
  }
};

/// How a party is reached: by its own description, what was asked for, its signalling, or the other
/// party's way; IPv4 where nothing is known.
os::Family family_of(const Call& call, Leg leg);

/// The first line that is audio and not refused in the description.
std::optional<std::size_t> audio_line_of(const sdp::Session& session);

/// The format a call is recorded in for its whole life, fixed at its first answer; the fault says
/// why it cannot be recorded (ExitCode::unavailable).
[[nodiscard]] core::Result<audio::Format> recording_format_of(const Call& call);

/// The plans of both legs in one line, as the descriptions stand.
std::array<LegPlan, kLegs> plans_of(const Call& call, std::size_t line);

}  // namespace trunkline::mediaplane
