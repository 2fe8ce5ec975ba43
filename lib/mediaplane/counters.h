// SPDX-License-Identifier: MIT
#pragma once

// What a call's media did, as figures: copied from the I/O thread to whoever writes the account or
// answers a query.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/strong.h"
#include "core/time.h"
#include "os/address.h"
#include "recording/account.h"

namespace trunkline::mediaplane {

using recording::index_of;
using recording::kLegs;
using recording::Leg;
using recording::other;

/// Of one leg in one media line: received from that party, sent to it.
struct LegCounters {
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_expected = 0;  ///< by its sequence numbers
  std::uint64_t packets_lost = 0;
  std::uint64_t packets_late = 0;
  std::uint64_t packets_refused = 0;    ///< of strangers
  std::uint64_t packets_malformed = 0;  ///< no RTP, too long
  std::uint64_t packets_withheld = 0;   ///< meant for this party, which is on hold or nowhere yet
  std::uint64_t send_errors = 0;
  std::uint64_t rtcp_received = 0;
  std::uint64_t rtcp_sent = 0;
  double jitter_ms = 0.0;
  std::uint64_t media_ms = 0;                     ///< by its timestamps
  std::optional<std::uint8_t> payload_type = {};  ///< of its last audio packet
  std::optional<std::uint32_t> ssrc = {};
  // What its RTCP says.
  std::uint64_t reports = 0;     ///< about what it hears
  std::uint64_t heard_lost = 0;  ///< of what the other party sent
  double heard_jitter_ms = 0.0;
  std::optional<double> round_trip_ms = {};  ///< from us to it and back, mean
  std::optional<double> longest_round_trip_ms = {};
};

/// One leg's ends in one media line.
struct LegEnds {
  core::Port local;  ///< ours, facing the party
  std::optional<os::Address> announced = {};
  std::optional<os::Address> source = {};        ///< latched
  std::optional<core::Seconds> silent_for = {};  ///< nothing before the first packet
};

struct LineCounters {
  std::array<LegCounters, kLegs> legs;
  std::array<LegEnds, kLegs> ends;
};

/// All media lines of a call, in the order of its SDP.
using SessionCounters = std::vector<LineCounters>;

/// One leg over all lines: counts are added; what RTCP says, jitter, media and payload type are
/// the first line's.
LegCounters total(const SessionCounters& lines, Leg leg);

}  // namespace trunkline::mediaplane
