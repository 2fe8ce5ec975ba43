// SPDX-License-Identifier: MIT
#include "recording/stream_clock.h"

namespace trunkline::recording {
namespace {

/// Rounded down, also below zero: a step of one unit is then never two samples wide here and none
/// there.
std::int64_t scale(std::int64_t value, std::int64_t multiply, std::int64_t divide) {
  if (multiply == divide) return value;
  const std::int64_t product = value * multiply;
  const std::int64_t quotient = product / divide;
  return product % divide < 0 ? quotient - 1 : quotient;
}

/// Nobody talks for 700 years: a sender that jumps there is put where it arrived, before sums grow
/// too large.
constexpr std::int64_t kFarthest = std::int64_t{1} << 40;

}  // namespace

std::uint32_t StreamClock::scaled(std::uint32_t ssrc, std::uint32_t timestamp,
                                  std::uint32_t clock_rate, std::int64_t arrived_at) {
  const bool is_new = !has_source_ || ssrc != ssrc_;
  if (is_new) {
    extended_ = timestamp;
    offset_ = 0;
  } else if (clock_rate != clock_rate_ || extended_ > kFarthest || extended_ < -kFarthest) {
    // What came last, plus the time that has passed since, is what this timestamp means.
    extended_ = timestamp;
    const std::int64_t expected = last_scaled_ + (arrived_at - last_arrival_);
    offset_ = expected - scale(extended_, sample_rate_, clock_rate);
  } else {
    extended_ += static_cast<std::int32_t>(timestamp - last_);
  }
  has_source_ = true;
  ssrc_ = ssrc;
  clock_rate_ = clock_rate;
  last_ = timestamp;
  last_arrival_ = arrived_at;
  last_scaled_ = scale(extended_, sample_rate_, clock_rate) + offset_;
  return static_cast<std::uint32_t>(last_scaled_);
}

}  // namespace trunkline::recording
