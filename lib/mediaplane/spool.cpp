// SPDX-License-Identifier: MIT
#include "mediaplane/spool.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace trunkline::mediaplane {
namespace {

/// Before each packet in a block. Blocks never leave the process, so its layout is the compiler's.
struct Head {
  core::RecordingId recording;
  core::SteadyTime at;
  std::uint32_t size = 0;
  recording::Leg leg = recording::Leg::caller;
};
static_assert(std::is_trivially_copyable_v<Head>);

}  // namespace

std::size_t SpoolBlock::memory() const noexcept {
  return bytes_ ? Spool::kBlockBytes : 0;
}

std::optional<SpooledPacket> SpoolBlock::next(std::size_t& offset) const {
  if (offset + sizeof(Head) > size_) return std::nullopt;
  Head head;
  std::memcpy(&head, bytes_.get() + offset, sizeof(head));
  const std::size_t begin = offset + sizeof(head);
  offset = begin + head.size;
  return SpooledPacket{.recording = head.recording,
                       .leg = head.leg,
                       .at = head.at,
                       .bytes = core::ByteView(bytes_.get() + begin, head.size)};
}

Spool::Spool(unsigned number, HandOver hand_over) : number_(number), taker_(std::move(hand_over)) {}

void Spool::put(const core::RecordingId& recording, recording::Leg leg, core::SteadyTime at,
                core::ByteView packet) {
  packet = packet.first(std::min(packet.size(), kLongest));
  const Head head{.recording = recording,
                  .at = at,
                  .size = static_cast<std::uint32_t>(packet.size()),
                  .leg = leg};
  if (block_.size_ + sizeof(head) + packet.size() > kBlockBytes) hand_over(std::nullopt);
  if (!block_.bytes_) block_.bytes_ = std::make_unique_for_overwrite<std::byte[]>(kBlockBytes);
  std::byte* const out = block_.bytes_.get() + block_.size_;
  std::memcpy(out, &head, sizeof(head));
  std::memcpy(out + sizeof(head), packet.data(), packet.size());
  block_.size_ += sizeof(head) + packet.size();
}

void Spool::flush(core::SteadyTime now) {
  hand_over(now);
}

void Spool::hand_over(std::optional<core::SteadyTime> complete_until) {
  block_.complete_until_ = complete_until;
  block_.spool_ = number_;
  taker_(std::exchange(block_, {}));
}

}  // namespace trunkline::mediaplane
