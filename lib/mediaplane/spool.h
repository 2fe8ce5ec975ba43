// SPDX-License-Identifier: MIT
#pragma once

// Packets of recorded calls on their way from an I/O thread to the writer, in blocks. An I/O thread
// copies what it relays and goes on; decoding, placing and sealing are the writer's. One allocation
// a block of several hundred packets, none a packet.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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
  std::size_t memory() const noexcept;

  /// The packet at `offset`, which moves on to the next; nothing at the end. Begin with 0.
  std::optional<SpooledPacket> next(std::size_t& offset) const;

 private:
  friend class Spool;
  std::unique_ptr<std::byte[]> bytes_;  // not a vector: that would be filled before it is written
  std::size_t size_ = 0;
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

  /// While there is one, somebody is recorded: flush() is to be called, also in silence. It may
  /// outlive the spool.
  class Listener {
   public:
    explicit Listener(const Spool& spool) : count_(spool.listeners_) { ++*count_; }
    Listener(Listener&&) noexcept = default;
    Listener& operator=(Listener&&) = delete;
    ~Listener() {
      if (count_) --*count_;
    }

   private:
    std::shared_ptr<std::size_t> count_;  ///< shared with the spool, which may end first
  };
  bool has_listeners() const noexcept { return *listeners_ > 0; }

  static constexpr std::size_t kLongest = 4096;
  static constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;

 private:
  void hand_over(std::optional<core::SteadyTime> complete_until);

  unsigned number_;
  std::shared_ptr<std::size_t> listeners_ = std::make_shared<std::size_t>(0);
  HandOver taker_;
  SpoolBlock block_;  ///< being filled
};

}  // namespace trunkline::mediaplane
