// SPDX-License-Identifier: MIT
#pragma once

// One media line of a call on its I/O thread: four sockets, two of them facing each party, and two
// more where a party is reached over both IPv4 and IPv6 (a fork to two phones, a phone that moved).
// What comes from the party a socket has latched on is sent to the other party, RTP and RTCP; then
// it is counted and, where a tape runs, recorded. What comes from strangers is counted and dropped.
//
// A party that has settled on its source gets a lane: a second socket at the same address,
// connected to it, which costs the kernel a good deal less a packet. The first socket stays
// unconnected, so strangers are still heard, and counted, and so is the phone that was outrun by
// one. A lane is a saving, not a need: where descriptors run short there is none.
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
#include "os/fd.h"
#include "os/reactor.h"
#include "rtp/hearing.h"
#include "rtp/latch.h"
#include "rtp/packet.h"
#include "rtp/port_allocator.h"
#include "rtp/rtcp.h"
#include "rtp/source.h"

namespace trunkline::mediaplane {

/// A party that has sent so many packets from one source (a second's worth) gets its lane.
inline constexpr unsigned kPacketsBeforeLane = 50;

/// A lane's first packets may have come before it was connected, from anybody; so many, each as
/// short as may be, fill the largest queue that a socket of ours has.
inline constexpr unsigned kPacketsToCheck = 1000;

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
    bool is_connected = false;
  };
  struct Lane {
    os::Fd socket;
    os::RegistrationPtr watch = {};
    unsigned packets = 0;
  };
  /// What a packet needs comes first and together: of ten thousand calls none is in the cache.
  struct Side {
    // To send to the party.
    std::optional<Destination> rtp_destination;
    bool listens = false;
    bool sends = false;
    std::optional<Lane> lane;           ///< for RTP, to its source
    unsigned packets_without_lane = 0;  ///< in a row from one settled source
    LegCounters counters;
    // To hear from it.
    rtp::Latch rtp_latch;
    rtp::SourceStatistics source;
    std::optional<core::SteadyTime> last_packet;
    std::optional<rtp::RtpTimestamp> last_timestamp;
    std::uint32_t clock_rate = 8000;
    std::uint64_t media_units = 0;  ///< timestamp units heard
    std::bitset<128> signals;       ///< payload types without audio
    // The rest.
    std::vector<Opened> sockets;  ///< one, or one a family
    rtp::Latch rtcp_latch;
    std::optional<Destination> rtcp_destination;
    std::optional<os::Address> announced;
    rtp::Hearing hearing;
  };

  Side& side(Leg leg) { return sides_[index_of(leg)]; }
  const Side& side(Leg leg) const { return sides_[index_of(leg)]; }
  void watch(os::Reactor& reactor, Leg leg, Opened& opened);
  /// Whether there was a datagram.
  bool receive_rtp(Leg from, int socket);
  void receive_rtcp(Leg from, int socket);
  void receive_lane(Leg from, int socket);
  void take_rtp(Leg from, core::ByteView bytes, const rtp::Packet& packet);
  void relay_other(Leg from, core::ByteView bytes, const os::Address& source);
  static std::optional<Destination> destination_of(const Side& side, const rtp::Latch& latch);
  bool admit_rtp(Leg from, const os::Address& source);
  static bool admit_rtcp(Side& from, const os::Address& source);
  void look_for_lane(Leg leg);
  void open_lane(Leg leg);
  void close_lane(Leg leg);
  void drain_lane(Leg leg);
  void send_rtp(Leg to, core::ByteView bytes);
  void relay_rtcp(Leg from, core::ByteView bytes, const rtp::RtcpCompound* compound);
  bool send_rtcp(Leg to, core::ByteView bytes);
  void count(Side& from, const rtp::Packet& packet, core::SteadyTime now);

  std::array<Side, kLegs> sides_;
  os::Reactor* reactor_ = nullptr;  ///< of its I/O thread; nothing before open()
  bool is_rtp_;
  Tape* tape_ = nullptr;
};

}  // namespace trunkline::mediaplane
