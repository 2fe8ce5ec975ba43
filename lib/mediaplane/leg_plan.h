// SPDX-License-Identifier: MIT
#pragma once

// What signalling says about one leg of one media line, in the form the packet path needs. Made of
// two session descriptions; pure.

#include <array>
#include <cstdint>
#include <optional>

#include "audio/codec.h"
#include "os/address.h"
#include "rtp/latch.h"
#include "sdp/session.h"

namespace trunkline::mediaplane {

/// What a payload type means to a recording.
enum class Coding : std::uint8_t {
  unknown,  ///< audio (or anything) that cannot be recorded
  mulaw,
  alaw,
  signal,  ///< telephone-event, comfort noise: belongs to the sequence, holds no samples
};

struct LegPlan {
  rtp::Expectation rtp;
  rtp::Expectation rtcp;
  bool sends = true;    ///< media is expected from this party
  bool listens = true;  ///< and may be sent to it
  std::uint32_t clock_rate = 8000;
  std::array<Coding, 128> codings{};  ///< of the payload types this party may send
};

/// The plan of the party that wrote `own` (nullptr: not heard of yet); `peer` is the other party's
/// description, which numbers what this party sends. `line` is the index of the media line.
LegPlan plan_leg(const sdp::Session* own, const sdp::Session* peer, std::size_t line,
                 const std::optional<os::Address>& signalling);

/// Without SDP every number means what RFC 3551 says.
std::array<Coding, 128> codings_of(const sdp::Media* media);

}  // namespace trunkline::mediaplane
