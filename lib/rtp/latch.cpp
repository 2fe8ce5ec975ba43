// SPDX-License-Identifier: MIT
#include "rtp/latch.h"

namespace trunkline::rtp {

namespace {

bool is_known(const std::optional<os::Address>& address) {
  return address && !address->is_any();
}

}  // namespace

void Latch::expect(const Expectation& expectation) noexcept {
  auto wanted = expectation;
  if (!is_known(wanted.announced)) wanted.announced = expectation_.announced;
  if (wanted == expectation_) return;
  expectation_ = wanted;
  drop_candidate();
  if (!source_) return;
  held_ = rank_of(*source_);
  // Signalling names the present source: nobody else may follow it.
  is_reopened_ = held_ != Rank::exact;
  settling_ = 0;
}

Latch::Rank Latch::rank_of(const os::Address& from) const noexcept {
  if (is_known(expectation_.announced)) {
    if (from == *expectation_.announced) return Rank::exact;
    if (from.has_host_of(*expectation_.announced)) return Rank::known;
  }
  if (is_known(expectation_.signalling) && from.has_host_of(*expectation_.signalling)) {
    return Rank::known;
  }
  const bool is_direct = is_known(expectation_.announced) && is_known(expectation_.signalling) &&
                         expectation_.announced->has_host_of(*expectation_.signalling);
  return expectation_.mode == LatchMode::any && !is_direct ? Rank::stranger : Rank::none;
}

Latch::Verdict Latch::on_packet(const os::Address& from) noexcept {
  if (source_ && from == *source_) {
    return on_own_packet();
  }
  const auto rank = rank_of(from);
  const bool is_open = !source_ || is_reopened_;
  if (rank == Rank::none || (!is_open && rank <= held_)) return Verdict::refused;
  if (rank == Rank::exact) return take(from, rank);

  if (!candidate_ || *candidate_ != from) {
    // A flood of strangers must not keep a better candidate from its probation.
    if (rank < candidate_rank_) return Verdict::refused;
    candidate_ = from;
    candidate_rank_ = rank;
    candidate_packets_ = 0;
  }
  if (++candidate_packets_ < kProbation) return Verdict::refused;
  return take(from, rank);
}

Latch::Verdict Latch::on_own_packet() noexcept {
  // Only a higher rank may push a speaking source aside.
  if (candidate_rank_ <= held_) drop_candidate();
  if (!is_reopened_) return Verdict::accepted;
  ++settling_;
  if (settling_ >= kSettlePackets) is_reopened_ = false;
  return settling_ == kReturnPackets ? Verdict::latched : Verdict::accepted;
}

void Latch::drop_candidate() noexcept {
  candidate_.reset();
  candidate_rank_ = Rank::none;
  candidate_packets_ = 0;
}

Latch::Verdict Latch::take(const os::Address& from, Rank rank) noexcept {
  source_ = from;
  held_ = rank;
  is_reopened_ = false;
  drop_candidate();
  return Verdict::latched;
}

std::optional<os::Address> Latch::destination() const noexcept {
  if (source_ && (!is_reopened_ || settling_ >= kReturnPackets)) return source_;
  if (is_known(expectation_.announced)) return expectation_.announced;
  return source_;
}

}  // namespace trunkline::rtp
