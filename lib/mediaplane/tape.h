// SPDX-License-Identifier: MIT
#pragma once

// A recording that runs: the segmenter on the call's I/O thread, and what goes from there to the
// writer.

#include <array>
#include <cstdint>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "mediaplane/counters.h"
#include "recording/segmenter.h"

namespace trunkline::mediaplane {

/// The account of a recording so far.
struct TapeAccount {
  std::array<recording::LegAccount, kLegs> legs;
  std::array<std::uint64_t, kLegs> media_ms{};
  std::array<std::uint64_t, kLegs> packets_unheard{};  ///< in a codec that cannot be recorded
};

struct Tape {
  Tape(core::RecordingId recording, const audio::Format& format, core::SteadyTime start);

  recording::Elapsed elapsed(core::SteadyTime now) const {
    return std::chrono::duration_cast<recording::Elapsed>(now - began);
  }
  TapeAccount account() const;

  core::RecordingId id;
  core::SteadyTime began;
  recording::Segmenter segmenter;
  std::array<std::uint64_t, kLegs> packets_unheard{};
};

/// Who takes what a session hands out. Called on I/O threads: must neither block nor throw.
class TapeSink {
 public:
  virtual ~TapeSink() = default;
  virtual void take_segment(core::RecordingId recording, recording::Segment segment,
                            const TapeAccount& account) = 0;
};

/// How long after its end a recording's segments seal: spread over recordings, so that the
/// segments of calls that began together are not written at one instant (PEERS: p99 8.7 ms).
recording::Elapsed seal_delay_of(core::RecordingId recording);

}  // namespace trunkline::mediaplane
