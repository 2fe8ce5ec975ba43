// SPDX-License-Identifier: MIT
#pragma once

// RTP timestamps of any clock in samples of the recording's rate. Pure. Opus counts 48,000 a second
// whatever it sends, G.722 half of its samples; a stream that changes its codec changes its clock
// and goes on where it was.

#include <cstdint>

namespace trunkline::recording {

class StreamClock {
 public:
  explicit StreamClock(std::uint32_t sample_rate) : sample_rate_(sample_rate) {}

  /// `arrived_at` in samples since the recording began. Wraps as timestamps do.
  std::uint32_t scaled(std::uint32_t ssrc, std::uint32_t timestamp, std::uint32_t clock_rate,
                       std::int64_t arrived_at);

 private:
  std::uint32_t sample_rate_;
  bool has_source_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint32_t clock_rate_ = 0;
  std::uint32_t last_ = 0;     ///< the timestamp that came last
  std::int64_t extended_ = 0;  ///< the same, counting on past 32 bits
  std::int64_t offset_ = 0;    ///< samples added since the clock changed
  std::int64_t last_scaled_ = 0;
  std::int64_t last_arrival_ = 0;
};

}  // namespace trunkline::recording
