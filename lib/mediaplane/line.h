// SPDX-License-Identifier: MIT
#pragma once

// One media line of a call on its I/O thread: four sockets, two of them facing each party, and two
// more where a party is reached over both IPv4 and IPv6 (a fork to two phones, a phone that moved).
// What comes from the party a socket has latched on is sent to the other party, RTP and RTCP; then
// it is counted and, where a tape runs, recorded. What comes from strangers is counted and dropped.
//
// The sockets stay unconnected: connecting them after latching would save 4 % of the CPU
// (PEERS.md), but the kernel would then swallow strangers uncounted, and the phone that was outrun
// by one.
//
// Per packet: no allocation, lock, log line or exception.

#include <array>
#include <bitset>
#include <optional>
#include <span>
#include <vector>

#include "core/time.h"
#include "mediaplane/counters.h"
#include "mediaplane/leg_plan.h"
#include "mediaplane/tape.h"
#include "os/reactor.h"
#include "rtp/hearing.h"
#include "rtp/latch.h"
#include "rtp/packet.h"
#include "rtp/port_allocator.h"
#include "rtp/rtcp.h"
#include "rtp/source.h"

namespace trunkline::mediaplane {

/// Longer datagrams are no media and are dropped.
inline constexpr std::size_t kMaxDatagram = 4096;

class Line {
 public:
  /// `is_rtp` false: datagrams of another protocol (T.38) are passed on as they are.
  Line(std::array<rtp::PortPair, kLegs> ports, bool is_rtp);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // The I/O thread's, all of them.
  void open(os::Reactor& reactor);
  /// Sockets of the other family towards that party.
  void add_ports(os::Reactor& reactor, Leg leg, rtp::PortPair ports);
  void plan(Leg leg, const LegPlan& plan);
  /// The tape that hears this line; nullptr: none any more. The caller keeps it alive.
  void hear_by(Tape* tape) { tape_ = tape; }
  LineCounters counters(core::SteadyTime now) const;
  bool is_expected(Leg leg) const { return side(leg).sends; }
  /// When the party was last heard; nothing before its first packet.
  std::optional<core::SteadyTime> last_heard(Leg leg) const { return side(leg).last_packet; }

 private:
  struct Opened {
    rtp::PortPair ports;
    os::RegistrationPtr rtp_watch = {};
    os::RegistrationPtr rtcp_watch = {};
  };
  struct Destination {
    int socket = -1;
    os::RawAddress address;
  };
  struct Side {
    std::vector<Opened> sockets;  ///< one, or one a family
    rtp::Latch rtp_latch;
    rtp::Latch rtcp_latch;
    std::optional<Destination> rtp_destination;
    std::optional<Destination> rtcp_destination;
    std::optional<os::Address> announced;
    bool sends = false;
    bool listens = false;
    std::bitset<128> signals;  ///< payload types without audio
    rtp::SourceStatistics source;
    rtp::Hearing hearing;
    std::optional<core::SteadyTime> last_packet;
    std::optional<rtp::RtpTimestamp> last_timestamp;
    std::uint32_t clock_rate = 8000;
    std::uint64_t media_units = 0;  ///< timestamp units heard
    LegCounters counters;
  };

  Side& side(Leg leg) { return sides_[index_of(leg)]; }
  const Side& side(Leg leg) const { return sides_[index_of(leg)]; }
  void watch(os::Reactor& reactor, Leg leg, Opened& opened);
  void receive_rtp(Leg from, int socket);
  void receive_rtcp(Leg from, int socket);
  void relay_other(Leg from, core::ByteView bytes, const os::Address& source);
  static std::optional<Destination> destination_of(const Side& side, const rtp::Latch& latch);
  bool admit(Side& from, rtp::Latch& latch, std::optional<Destination>& destination,
             const os::Address& source);
  void send_rtp(Leg to, core::ByteView bytes);
  void relay_rtcp(Leg from, core::ByteView bytes, const rtp::RtcpCompound* compound);
  bool send_rtcp(Leg to, core::ByteView bytes);
  void count(Side& from, const rtp::Packet& packet, core::SteadyTime now);

  std::array<Side, kLegs> sides_;
  bool is_rtp_;
  Tape* tape_ = nullptr;
};

}  // namespace trunkline::mediaplane
