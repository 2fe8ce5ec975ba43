// SPDX-License-Identifier: MIT
#include "rtp/hearing.h"

#include <algorithm>

namespace trunkline::rtp {

namespace {

constexpr double kMicrosecondsOfMillisecond = 1000.0;

std::uint64_t not_negative(std::int32_t lost) {
  return lost > 0 ? static_cast<std::uint64_t>(lost) : 0;
}

/// DLSR counts in 1/65536 s.
core::Microseconds delay_of(const ReportBlock& block) {
  return core::Microseconds(
      static_cast<std::int64_t>(std::uint64_t{block.delay_since_last} * 1'000'000 / 65'536));
}

}  // namespace

void Hearing::on_report_sent(const SenderInfo& info, core::SteadyTime at) noexcept {
  sent_[next_] = {.middle = static_cast<std::uint32_t>(info.ntp_timestamp >> 16U), .at = at};
  next_ = (next_ + 1) % sent_.size();
}

void Hearing::on_report(const ReportBlock& block, core::SteadyTime at) noexcept {
  if (source_ != block.ssrc) {
    // Another source (a transfer, a phone that began anew): its count starts again.
    lost_before_ += not_negative(lost_);
    source_ = block.ssrc;
  }
  ++reports_;
  lost_ = block.cumulative_lost;
  jitter_ = block.jitter;
  measure(block, at);
}

void Hearing::measure(const ReportBlock& block, core::SteadyTime at) noexcept {
  // RFC 3550 6.4.1: LSR is zero before the party had a sender report.
  if (block.last_sender_report == 0) return;
  const auto sent = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& report) {
    return report.middle == block.last_sender_report;
  });
  if (sent == sent_.end()) return;
  const auto way = std::chrono::duration_cast<core::Microseconds>(at - sent->at) - delay_of(block);
  if (way < core::Microseconds{0} || way > kLongestRoundTrip) return;
  ++round_trips_;
  round_trip_sum_ += way;
  longest_ = std::max(longest_, way);
}

std::uint64_t Hearing::lost() const noexcept {
  return lost_before_ + not_negative(lost_);
}

std::optional<double> Hearing::round_trip_ms() const noexcept {
  if (round_trips_ == 0) return std::nullopt;
  return static_cast<double>(round_trip_sum_.count()) / static_cast<double>(round_trips_) /
         kMicrosecondsOfMillisecond;
}

std::optional<double> Hearing::longest_round_trip_ms() const noexcept {
  if (round_trips_ == 0) return std::nullopt;
  return static_cast<double>(longest_.count()) / kMicrosecondsOfMillisecond;
}

}  // namespace trunkline::rtp
