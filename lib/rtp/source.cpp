// SPDX-License-Identifier: MIT
#include "rtp/source.h"

#include <algorithm>
#include <cstdlib>

namespace trunkline::rtp {

namespace {

constexpr std::uint32_t kSequenceModulus = 1U << 16U;

}  // namespace

void SourceStatistics::restart_at(std::uint16_t sequence) noexcept {
  base_ = sequence;
  highest_ = sequence;
  bad_ = kNoBad;
  cycles_ = 0;
}

// RFC 3550 A.1, without its probation: our packets passed the source check before.
SourceStatistics::Verdict SourceStatistics::on_packet(SequenceNumber sequence,
                                                      RtpTimestamp timestamp,
                                                      core::SteadyTime arrival) noexcept {
  const auto number = sequence.value();
  auto verdict = Verdict::in_order;
  if (received_ == 0) {
    restart_at(number);
    epoch_ = arrival;
  } else {
    const auto ahead = static_cast<std::uint16_t>(number - highest_);
    if (ahead != 0 && ahead < kMaxDropout) {
      if (number < highest_) cycles_ += kSequenceModulus;
      highest_ = number;
      bad_ = kNoBad;
    } else if (ahead != 0 && ahead <= kSequenceModulus - kMaxMisorder) {
      if (number != bad_) {
        bad_ = (number + 1U) & (kSequenceModulus - 1);
        return Verdict::suspicious;
      }
      // Two packets in sequence: the other side restarted without telling. The first of the two
      // was not counted then, so it is now.
      expected_before_ += expected_now();
      restart_at(static_cast<std::uint16_t>(number - 1U));
      highest_ = number;
      ++received_;
      has_transit_ = false;
      verdict = Verdict::restarted;
    } else {
      ++late_;
      verdict = Verdict::late;
    }
  }
  ++received_;
  update_jitter(timestamp, arrival);
  return verdict;
}

// RFC 3550 A.8 in integers: the estimate is kept times 16.
void SourceStatistics::update_jitter(RtpTimestamp timestamp, core::SteadyTime arrival) noexcept {
  const auto since = std::chrono::duration_cast<core::Microseconds>(arrival - epoch_).count();
  const auto units = static_cast<std::uint32_t>(static_cast<std::uint64_t>(since) * clock_rate_ /
                                                std::uint64_t{1'000'000});
  const auto transit = units - timestamp.value();
  if (!has_transit_) {
    has_transit_ = true;
    transit_ = transit;
    return;
  }
  const auto difference = static_cast<std::int64_t>(static_cast<std::int32_t>(transit - transit_));
  transit_ = transit;
  const auto scaled = static_cast<std::int64_t>(jitter_scaled_);
  const auto updated = scaled + std::abs(difference) - ((scaled + 8) >> 4);
  // A hostile timestamp can make a difference of 2^31.
  jitter_scaled_ = static_cast<std::uint32_t>(std::clamp<std::int64_t>(updated, 0, UINT32_MAX));
}

void SourceStatistics::set_clock_rate(std::uint32_t clock_rate) noexcept {
  if (clock_rate == clock_rate_) return;
  clock_rate_ = clock_rate;
  has_transit_ = false;
  jitter_scaled_ = 0;
}

std::uint64_t SourceStatistics::expected_now() const noexcept {
  if (received_ == 0) return 0;
  return std::uint64_t{cycles_} + highest_ - base_ + 1;
}

std::uint64_t SourceStatistics::expected() const noexcept {
  return expected_before_ + expected_now();
}

std::int64_t SourceStatistics::lost() const noexcept {
  return static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(received_);
}

double SourceStatistics::jitter_ms() const noexcept {
  return clock_rate_ == 0 ? 0.0 : static_cast<double>(jitter()) * 1000.0 / clock_rate_;
}

std::uint8_t SourceStatistics::take_fraction_lost() noexcept {
  const auto expected_interval = static_cast<std::int64_t>(expected() - expected_prior_);
  const auto received_interval = static_cast<std::int64_t>(received_ - received_prior_);
  expected_prior_ = expected();
  received_prior_ = received_;
  const auto lost_interval = expected_interval - received_interval;
  if (expected_interval <= 0 || lost_interval <= 0) return 0;
  return static_cast<std::uint8_t>(
      std::min<std::int64_t>((lost_interval << 8) / expected_interval, 255));
}

}  // namespace trunkline::rtp
