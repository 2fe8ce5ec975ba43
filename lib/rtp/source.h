// SPDX-License-Identifier: MIT
#pragma once

// Reception statistics of one synchronisation source as RFC 3550 computes them: validity and cycles
// of sequence numbers (A.1), loss (A.3), interarrival jitter (A.8). Per packet it neither allocates
// nor locks.

#include <cstdint>

#include "core/time.h"
#include "rtp/types.h"

namespace trunkline::rtp {

class SourceStatistics {
 public:
  SourceStatistics() = default;
  explicit SourceStatistics(std::uint32_t clock_rate) : clock_rate_(clock_rate) {}

  enum class Verdict : std::uint8_t {
    in_order,
    late,       ///< behind the highest, within kMaxMisorder: reordered or doubled
    restarted,  ///< the source began a new sequence; counts since go on
    suspicious  ///< a large jump; counted only when the next packet confirms it
  };

  /// One packet that passed the source check. `arrival` is the steady clock.
  Verdict on_packet(SequenceNumber sequence, RtpTimestamp timestamp,
                    core::SteadyTime arrival) noexcept;
  /// A new codec: jitter starts again in the new unit, counts go on.
  void set_clock_rate(std::uint32_t clock_rate) noexcept;

  bool has_packets() const noexcept { return received_ > 0; }
  std::uint64_t received() const noexcept { return received_; }
  std::uint64_t late() const noexcept { return late_; }
  /// Sequence numbers passed over, whatever restarts there were.
  std::uint64_t expected() const noexcept;
  /// expected - received; negative with duplicates (RFC 3550 A.3).
  std::int64_t lost() const noexcept;
  /// Cycles in the upper 16 bits (RFC 3550 section 6.4.1).
  std::uint32_t extended_highest() const noexcept { return cycles_ + highest_; }
  /// In timestamp units.
  std::uint32_t jitter() const noexcept { return jitter_scaled_ >> 4U; }
  double jitter_ms() const noexcept;

  /// For a report block: the loss since the last call in 1/256 (RFC 3550 A.3).
  std::uint8_t take_fraction_lost() noexcept;

  // RFC 3550 A.1
  static constexpr std::uint16_t kMaxDropout = 3000;
  static constexpr std::uint16_t kMaxMisorder = 100;

 private:
  void restart_at(std::uint16_t sequence) noexcept;
  void update_jitter(RtpTimestamp timestamp, core::SteadyTime arrival) noexcept;
  std::uint64_t expected_now() const noexcept;

  std::uint32_t clock_rate_ = 8000;
  std::uint32_t cycles_ = 0;
  std::uint32_t base_ = 0;
  std::uint32_t bad_ = kNoBad;
  std::uint16_t highest_ = 0;
  bool has_transit_ = false;
  std::uint32_t transit_ = 0;
  std::uint32_t jitter_scaled_ = 0;  ///< times 16, as A.8
  core::SteadyTime epoch_{};         ///< arrival of the first packet
  std::uint64_t received_ = 0;
  std::uint64_t late_ = 0;
  std::uint64_t expected_before_ = 0;  ///< of sequences before the last restart
  std::uint64_t expected_prior_ = 0;
  std::uint64_t received_prior_ = 0;

  static constexpr std::uint32_t kNoBad = 0x10001;  ///< no sequence number
};

}  // namespace trunkline::rtp
