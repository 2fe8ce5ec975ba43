// SPDX-License-Identifier: MIT
#include "recording/placement.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace trunkline::recording {
namespace {

// RFC 3550 A.1: further than this is no gap and no reordering but a new sequence, which the next
// packet must confirm.
constexpr int kMaxDropout = 3000;
constexpr int kMaxMisorder = 100;
constexpr int kSeenBits = std::numeric_limits<std::uint64_t>::digits;

// A burst after a network stall comes at once, a sender that paused comes at its pace: after this
// many packets at pace the delay is taken for a pause in which timestamps stood still.
constexpr int kSteadyPackets = 3;

// A second of the recording is 1000 ms; the limits of placement in those.
constexpr std::int64_t kEarliestMs = 200;
constexpr std::int64_t kStalledMs = 200;
constexpr std::int64_t kDriftZoneMs = 5;
constexpr std::int64_t kDriftWindowMs = 2000;

std::int64_t samples_of(std::int64_t duration_ms, std::uint32_t sample_rate) {
  return duration_ms * sample_rate / 1000;
}

}  // namespace

Placement::Placement(std::uint32_t sample_rate)
    : earliest_(samples_of(kEarliestMs, sample_rate)),
      stalled_(samples_of(kStalledMs, sample_rate)),
      drift_zone_(samples_of(kDriftZoneMs, sample_rate)),
      drift_window_(samples_of(kDriftWindowMs, sample_rate)) {}

Place Placement::place(const Arrival& arrival, std::int64_t open_from) {
  if (!has_source_ || arrival.ssrc != ssrc_) begin_source(arrival);
  const Order order = follow_sequence(arrival);
  if (order == Order::duplicate) return {.verdict = Verdict::duplicate};
  if (order == Order::stray) return {.verdict = Verdict::late};
  // A telephone-event repeats the timestamp of its beginning: it says nothing about time.
  if (arrival.samples == 0) return {};

  Place place{.position = position_of(arrival.timestamp)};
  if (order == Order::next) {
    if (has_jumped(arrival, arrival.arrived_at - place.position)) rebase(arrival);
    place.repeats_first = follow_drift(arrival);
    place.position = position_of(arrival.timestamp);
    reference_timestamp_ = arrival.timestamp;
    reference_position_ = place.position;
    last_arrival_ = arrival.arrived_at;
  }
  const bool is_ahead = place.position > arrival.arrived_at + earliest_;
  if (place.position + arrival.samples <= open_from || is_ahead) place.verdict = Verdict::late;
  if (place.verdict == Verdict::placed) end_ = std::max(end_, place.position + arrival.samples);
  return place;
}

bool Placement::has_seen(std::uint32_t ssrc, std::uint16_t sequence) const {
  if (!has_source_ || ssrc != ssrc_) return false;
  const auto behind_by =
      static_cast<std::uint16_t>(static_cast<std::uint16_t>(highest_) - sequence);
  return behind_by < kSeenBits && ((seen_ >> behind_by) & 1U) != 0;
}

std::uint64_t Placement::packets_lost() const {
  return lost_before_ + lost_now();
}

std::uint64_t Placement::lost_now() const {
  if (!has_source_) return 0;
  const auto expected = static_cast<std::uint64_t>(highest_ - first_sequence_ + 1);
  return expected > received_ ? expected - received_ : 0;
}

std::int64_t Placement::position_of(std::uint32_t timestamp) const {
  // The difference is signed on a circle of 32 bits, so wrapping needs no care.
  return reference_position_ + static_cast<std::int32_t>(timestamp - reference_timestamp_);
}

/// A packet that begins a stream: of a new source, or of a source that started over.
void Placement::begin_source(const Arrival& arrival) {
  lost_before_ += lost_now();
  if (has_source_) ++rebases_;
  has_source_ = true;
  ssrc_ = arrival.ssrc;
  first_sequence_ = arrival.sequence;
  highest_ = static_cast<std::int64_t>(arrival.sequence) - 1;
  seen_ = 0;
  received_ = 0;
  bad_next_.reset();
  take_base(arrival);
}

Placement::Order Placement::follow_sequence(const Arrival& arrival) {
  const auto behind_by =
      static_cast<std::uint16_t>(arrival.sequence - static_cast<std::uint16_t>(highest_));
  const int step = static_cast<std::int16_t>(behind_by);
  if (step > kMaxDropout || step <= -kMaxMisorder) {
    if (bad_next_ != arrival.sequence) {
      bad_next_ = static_cast<std::uint16_t>(arrival.sequence + 1);
      return Order::stray;
    }
    begin_source(arrival);
    return follow_sequence(arrival);
  }
  bad_next_.reset();
  if (step > 0) {
    seen_ = step < kSeenBits ? (seen_ << static_cast<unsigned>(step)) | 1U : 1U;
    highest_ += step;
    ++received_;
    return Order::next;
  }
  const auto age = static_cast<unsigned>(-step);
  if (age < kSeenBits) {
    if (((seen_ >> age) & 1U) != 0) return Order::duplicate;
    seen_ |= std::uint64_t{1} << age;
  }
  // Older than the first packet we saw: it was never expected.
  if (highest_ + step < first_sequence_) first_sequence_ = highest_ + step;
  ++received_;
  return Order::reordered;
}

void Placement::take_base(const Arrival& arrival) {
  // Not over what the last source left, which may have run a little ahead of its arrival.
  const bool overlaps = end_ > arrival.arrived_at && end_ - arrival.arrived_at <= earliest_;
  reference_timestamp_ = arrival.timestamp;
  reference_position_ = overlaps ? end_ : arrival.arrived_at;
  last_arrival_ = arrival.arrived_at;
  steady_ = 0;
  drift_ = 0;
  window_least_.reset();
}

void Placement::rebase(const Arrival& arrival) {
  ++rebases_;
  take_base(arrival);
}

bool Placement::has_jumped(const Arrival& arrival, std::int64_t delay) {
  if (delay < -earliest_) return true;
  if (delay <= stalled_) {
    steady_ = 0;
    return false;
  }
  if (arrival.is_marked) return true;
  const std::int64_t spacing = arrival.arrived_at - last_arrival_;
  steady_ = 2 * spacing >= static_cast<std::int64_t>(arrival.samples) ? steady_ + 1 : 0;
  return steady_ >= kSteadyPackets;
}

/// Moves the base by at most one sample; true where that leaves a hole before this packet.
bool Placement::follow_drift(const Arrival& arrival) {
  if (drift_ != 0) {
    const int step = drift_ > 0 ? 1 : -1;
    reference_position_ += step;
    drift_ -= step;
    return step > 0;
  }
  const std::int64_t delay = arrival.arrived_at - position_of(arrival.timestamp);
  if (!window_least_) {
    window_from_ = arrival.arrived_at;
    window_least_ = delay;
  }
  window_least_ = std::min(*window_least_, delay);
  if (arrival.arrived_at - window_from_ >= drift_window_) {
    if (std::abs(*window_least_) > drift_zone_) drift_ = *window_least_;
    window_least_.reset();
  }
  return false;
}

}  // namespace trunkline::recording
