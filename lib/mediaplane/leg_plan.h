// SPDX-License-Identifier: MIT
#pragma once

// What signalling says about one leg of one media line, in the form the packet path needs. Made of
// two session descriptions; pure.

#include <bitset>
#include <cstdint>
#include <optional>
#include <vector>

#include "os/address.h"
#include "recording/recorder.h"
#include "rtp/latch.h"
#include "sdp/facts.h"
#include "sdp/session.h"

namespace trunkline::mediaplane {

struct LegPlan {
  rtp::Expectation rtp;
  rtp::Expectation rtcp;
  bool sends = true;    ///< media is expected from this party
  bool listens = true;  ///< and may be sent to it
  std::uint32_t clock_rate = 8000;
  /// Payload types that hold no samples: telephone-event, comfort noise.
  std::bitset<128> signals;
  std::vector<recording::PayloadCodec> codecs = {};  ///< what this party may send
};

/// The plan of the party that wrote `own` (nullptr: not heard of yet); `peer` is the other party's
/// description, which numbers what this party sends. `line` is the index of the media line.
LegPlan plan_leg(const sdp::Session* own, const sdp::Session* peer, std::size_t line,
                 const std::optional<os::Address>& signalling);

media::StreamCodec stream_codec_of(const sdp::Codec& codec);

/// What the numbers of that party's packets mean, by the media line that numbers them. Numbers it
/// does not name mean what RFC 3551 says; without a line, all of them do.
std::vector<recording::PayloadCodec> payload_codecs_of(const sdp::Media* media);

}  // namespace trunkline::mediaplane
