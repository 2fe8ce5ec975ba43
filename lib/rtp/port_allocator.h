// SPDX-License-Identifier: MIT
#pragma once

// Hands out pairs of UDP ports, even for RTP and the next for RTCP (RFC 3550 section 11), both
// bound. It picks a random pair each time, so that ports cannot be guessed from the last call's,
// and keeps a released pair back for a while, so that late packets of one call do not reach the
// next; where nothing else is free, the pair that has rested longest is taken, if it has rested for
// the shortest while at least. A pair that somebody else on the machine has is passed over. Any
// thread may call.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"
#include "os/address.h"
#include "os/fd.h"

namespace trunkline::rtp {

struct PortRange {
  os::Address address = os::Address::loopback();  ///< to bind to; its port is not looked at
  core::Port min{10'000};
  core::Port max{60'000};  ///< inclusive
  /// How long a pair rests while there are others, and how long at least: a range of 5000 pairs
  /// then serves 1250 calls/s of two pairs and no length, not 250.
  core::Milliseconds quarantine = core::Seconds(10);
  core::Milliseconds shortest_quarantine = core::Seconds(2);
};

/// Two bound, non-blocking sockets. Destroying it closes them and gives the pair back; the
/// allocator may be gone by then.
class PortPair {
 public:
  PortPair() = default;
  PortPair(PortPair&&) noexcept;
  PortPair& operator=(PortPair&&) noexcept;
  ~PortPair();

  core::Port rtp_port() const noexcept { return rtp_port_; }
  core::Port rtcp_port() const noexcept {
    return core::Port(static_cast<std::uint16_t>(rtp_port_.value() + 1));
  }
  /// Of an empty pair IPv4.
  os::Family family() const noexcept;
  int rtp_descriptor() const noexcept { return rtp_.get(); }
  int rtcp_descriptor() const noexcept { return rtcp_.get(); }

 private:
  friend class PortAllocator;
  struct Pool;
  void release() noexcept;

  core::Port rtp_port_;
  os::Fd rtp_;
  os::Fd rtcp_;
  std::shared_ptr<Pool> pool_;  ///< shared with the allocator, which may end first
};

class PortAllocator {
 public:
  /// Throws core::Error when the range holds no pair.
  explicit PortAllocator(PortRange range, const core::Clock& clock = core::system_clock());
  ~PortAllocator();

  /// A fault (ExitCode::unavailable) when every pair is in use, has just been released, or is
  /// somebody else's.
  [[nodiscard]] core::Result<PortPair> allocate();

  struct Usage {
    std::size_t pairs = 0;  ///< in the range
    std::size_t in_use = 0;
    std::size_t in_quarantine = 0;
  };
  Usage usage() const;

 private:
  std::shared_ptr<PortPair::Pool> pool_;  ///< shared with the pairs handed out
};

}  // namespace trunkline::rtp
