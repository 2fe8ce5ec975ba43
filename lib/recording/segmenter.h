// SPDX-License-Identifier: MIT
#pragma once

// One call's recording in memory: both legs' packets go in, whole stereo segments come out, caller
// left and called right. Pure: no socket, no clock; times are durations since the recording began.
//
// At most two segments are open, the current one and its neighbour. A segment seals `seal_after`
// its end; what comes later for it counts as late. While it is open its channels lie one behind the
// other, so that a packet is copied and no more; they are woven together when it seals. A packet
// costs no allocation; a segment costs one.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "audio/codec.h"
#include "core/bytes.h"
#include "recording/account.h"
#include "recording/placement.h"

namespace trunkline::recording {

/// Since the recording began.
using Elapsed = std::chrono::microseconds;

inline constexpr std::uint16_t kSegmentMs = 2000;
inline constexpr Elapsed kSealAfter = std::chrono::milliseconds(300);

/// One packet's RTP fields and samples, one channel at the recording's rate. `codec` is what the
/// payload holds: either law, or linear samples (s16le); it is converted to the recording's. An
/// empty payload (telephone-event, comfort noise) only counts in the sequence.
struct Packet {
  std::uint32_t ssrc = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;  ///< in samples of the recording's rate
  bool is_marked = false;
  audio::Codec codec = audio::Codec::mulaw;
  core::ByteView payload = {};
};

struct Segment {
  std::uint32_t index = 0;
  core::Bytes samples;  ///< interleaved; full length, except the last
  bool is_last = false;
};

class Segmenter {
 public:
  /// `format` has two channels; `seal_after` is at least kSealAfter and
  /// differs from call to call so that not all calls seal at one instant.
  explicit Segmenter(const audio::Format& format, Elapsed seal_after = kSealAfter,
                     std::uint16_t segment_ms = kSegmentMs);

  /// Drain take_sealed() first when is_due(): the packet must find its segment open.
  void place(Leg leg, const Packet& packet, Elapsed at);

  /// Whether place() would take it for a duplicate.
  bool has_seen(Leg leg, std::uint32_t ssrc, std::uint16_t sequence) const {
    return placements_[index_of(leg)].has_seen(ssrc, sequence);
  }
  std::int64_t samples_in(Elapsed time) const;

  /// When the oldest segment seals.
  Elapsed due_at() const { return due_at_; }
  bool is_due(Elapsed at) const { return at >= due_at_; }
  /// The oldest segment whose time is up, or nothing. Called until it gives nothing.
  std::optional<Segment> take_sealed(Elapsed at);
  /// Everything up to `at`; the last one is marked and may be short. Nothing may follow.
  std::vector<Segment> finish(Elapsed at);

  /// From now on packets are accounted and heard by nobody: the stretch is silence.
  void pause(Elapsed at);
  void resume(Elapsed at);
  bool is_paused() const { return paused_at_.has_value(); }

  LegAccount account(Leg leg) const;
  std::uint64_t media_ms(Leg leg) const;
  const audio::Format& format() const { return format_; }
  std::size_t segment_bytes() const { return segment_frames_ * frame_bytes_; }

 private:
  static constexpr std::int64_t kOpenSegments = 2;

  std::size_t write(Leg leg, std::int64_t position, audio::Codec codec, core::ByteView payload);
  void put_samples(core::ByteView samples, audio::Codec codec, std::byte* out) const;
  core::Bytes& opened(std::int64_t index);
  core::Bytes take_oldest();
  core::Bytes woven(const core::Bytes& channels) const;

  audio::Format format_;
  Elapsed seal_after_;
  std::chrono::milliseconds segment_length_;
  std::size_t frame_bytes_;
  std::size_t segment_frames_;
  std::int64_t open_index_ = 0;      // the oldest open segment
  Elapsed due_at_;                   // when it seals
  std::array<core::Bytes, 2> open_;  // by index % 2, a channel behind the other; empty = silence
  std::array<Placement, kLegs> placements_;
  std::array<LegAccount, kLegs> accounts_;
  std::optional<Elapsed> paused_at_;
};

}  // namespace trunkline::recording
