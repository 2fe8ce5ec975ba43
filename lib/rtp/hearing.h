// SPDX-License-Identifier: MIT
#pragma once

// What a party's RTCP tells the relay in the middle about what that party hears: how much of the
// stream it was sent got lost on the way, its jitter there, and how long the way to it and back
// takes. The last works without a clock in common: the relay remembers when it passed on a sender
// report, and the party's next report block says which one it had last and for how long (RFC 3550
// 6.4.1, with the relay in the sender's place). It neither allocates nor locks.

#include <array>
#include <cstdint>
#include <optional>

#include "core/time.h"
#include "rtp/rtcp.h"

namespace trunkline::rtp {

class Hearing {
 public:
  /// A sender report was passed on to the party.
  void on_report_sent(const SenderInfo& info, core::SteadyTime at) noexcept;
  /// The party reported about a source that it was sent.
  void on_report(const ReportBlock& block, core::SteadyTime at) noexcept;

  /// Report blocks that counted.
  std::uint64_t reports() const noexcept { return reports_; }
  /// Of all sources that it was sent so far; duplicates never make it negative.
  std::uint64_t lost() const noexcept;
  /// As last reported, in timestamp units.
  std::uint32_t jitter() const noexcept { return jitter_; }
  /// Mean of all that were measured; nothing before the first.
  std::optional<double> round_trip_ms() const noexcept;
  std::optional<double> longest_round_trip_ms() const noexcept;

  /// A longer way is a wrong report: RTCP comes every few seconds.
  static constexpr core::Seconds kLongestRoundTrip{30};

 private:
  struct Sent {
    std::uint32_t middle = 0;  ///< of the NTP timestamp's 64 bits; 0: none
    core::SteadyTime at;
  };
  void measure(const ReportBlock& block, core::SteadyTime at) noexcept;

  std::array<Sent, 4> sent_{};
  std::size_t next_ = 0;
  std::uint64_t reports_ = 0;
  std::optional<Ssrc> source_;
  std::uint64_t lost_before_ = 0;  ///< of sources that were followed by another
  std::int32_t lost_ = 0;
  std::uint32_t jitter_ = 0;
  std::uint64_t round_trips_ = 0;
  core::Microseconds round_trip_sum_{0};
  core::Microseconds longest_{0};
};

}  // namespace trunkline::rtp
