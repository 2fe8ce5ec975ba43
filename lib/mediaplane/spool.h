// SPDX-License-Identifier: MIT
#pragma once

// Packets of recorded calls on their way from an I/O thread to the writer, in blocks. An I/O thread
// copies what it relays and goes on; decoding, placing and sealing are the writer's. One allocation
// a block of several hundred packets, none a packet.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "core/bytes.h"
#include "core/time.h"
#include "core/uuid.h"
#include "recording/account.h"

namespace trunkline::mediaplane {

struct SpooledPacket {
  core::RecordingId recording;
  recording::Leg leg = recording::Leg::caller;
  core::SteadyTime at;  ///< when it arrived
  core::ByteView bytes = {};
};

class SpoolBlock {
 public:
  /// Everything that its I/O thread heard before this moment is in this block or an earlier one.
  /// Nothing in a block that left because it was full.
  std::optional<core::SteadyTime> complete_until() const noexcept { return complete_until_; }
  /// Which spool it came from.
  unsigned spool() const noexcept { return spool_; }
  std::size_t memory() const noexcept { return bytes_.capacity(); }

  /// The packet at `offset`, which moves on to the next; nothing at the end. Begin with 0.
  std::optional<SpooledPacket> next(std::size_t& offset) const;

 private:
  friend class Spool;
  core::Bytes bytes_;
  std::optional<core::SteadyTime> complete_until_;
  unsigned spool_ = 0;
};

/// One of each I/O thread, used on it alone.
class Spool {
 public:
  using HandOver = std::function<void(SpoolBlock block)>;
  Spool(unsigned number, HandOver hand_over);

  /// A packet longer than kLongest is cut.
  void put(const core::RecordingId& recording, recording::Leg leg, core::SteadyTime at,
           core::ByteView packet);
  /// Hands over what there is, also nothing: the writer's time moves on by it.
  void flush(core::SteadyTime now);
  unsigned number() const noexcept { return number_; }

  static constexpr std::size_t kLongest = 4096;
  static constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;

 private:
  void hand_over(std::optional<core::SteadyTime> complete_until);

  unsigned number_;
  HandOver taker_;
  core::Bytes bytes_;
};

}  // namespace trunkline::mediaplane
