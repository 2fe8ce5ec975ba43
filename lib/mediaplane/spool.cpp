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

std::optional<SpooledPacket> SpoolBlock::next(std::size_t& offset) const {
  if (offset + sizeof(Head) > bytes_.size()) return std::nullopt;
  Head head;
  std::memcpy(&head, bytes_.data() + offset, sizeof(head));
  const std::size_t begin = offset + sizeof(head);
  offset = begin + head.size;
  return SpooledPacket{.recording = head.recording,
                       .leg = head.leg,
                       .at = head.at,
                       .bytes = core::ByteView(bytes_).subspan(begin, head.size)};
}

Spool::Spool(unsigned number, HandOver hand_over) : number_(number), taker_(std::move(hand_over)) {}

void Spool::put(const core::RecordingId& recording, recording::Leg leg, core::SteadyTime at,
                core::ByteView packet) {
  packet = packet.first(std::min(packet.size(), kLongest));
  const Head head{.recording = recording,
                  .at = at,
                  .size = static_cast<std::uint32_t>(packet.size()),
                  .leg = leg};
  if (bytes_.size() + sizeof(head) + packet.size() > kBlockBytes) hand_over(std::nullopt);
  if (bytes_.capacity() == 0) bytes_.reserve(kBlockBytes);
  const std::size_t begin = bytes_.size();
  bytes_.resize(begin + sizeof(head) + packet.size());
  std::memcpy(bytes_.data() + begin, &head, sizeof(head));
  std::memcpy(bytes_.data() + begin + sizeof(head), packet.data(), packet.size());
}

void Spool::flush(core::SteadyTime now) {
  hand_over(now);
}

void Spool::hand_over(std::optional<core::SteadyTime> complete_until) {
  SpoolBlock block;
  block.bytes_ = std::exchange(bytes_, {});
  block.complete_until_ = complete_until;
  block.spool_ = number_;
  taker_(std::move(block));
}

}  // namespace trunkline::mediaplane
