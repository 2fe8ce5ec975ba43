// SPDX-License-Identifier: MIT
#include "mediaplane/line.h"

#include <sys/socket.h>

#include "os/limits.h"
#include "os/socket.h"

namespace trunkline::mediaplane {
namespace {

/// A longer pause between two timestamps is silence that was not sent, not media.
constexpr int kLongestPacketSeconds = 1;

/// Where a datagram is held while it is looked at: one an I/O thread, not one a line, so that it
/// stays in the cache and ten thousand lines do not cost 40 MB.
std::span<std::byte> arrival_buffer() {
  thread_local std::array<std::byte, kMaxDatagram> buffer;
  return buffer;
}

bool send(int socket, core::ByteView bytes, const os::RawAddress& to) {
  return ::sendto(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT, &to.any,
                  to.length) >= 0;
}

/// Lanes leave the last quarter of the descriptors to new calls. A new descriptor has the lowest
/// number that is free, so its number tells how many there are.
bool leaves_room(int descriptor) {
  return static_cast<std::uint64_t>(descriptor) < os::open_file_limit().soft / 4 * 3;
}

}  // namespace

Line::Line(std::array<rtp::PortPair, kLegs> ports, bool is_rtp) : is_rtp_(is_rtp) {
  for (std::size_t leg = 0; leg < kLegs; ++leg) {
    sides_[leg].sockets.push_back({.ports = std::move(ports[leg])});
  }
}

void Line::open(os::Reactor& reactor) {
  reactor_ = &reactor;
  for (const Leg leg : {Leg::caller, Leg::called}) {
    for (Opened& opened : side(leg).sockets) watch(reactor, leg, opened);
  }
}

void Line::add_ports(os::Reactor& reactor, Leg leg, rtp::PortPair ports) {
  Side& widened = side(leg);
  widened.sockets.push_back({.ports = std::move(ports)});
  watch(reactor, leg, widened.sockets.back());
}

void Line::watch(os::Reactor& reactor, Leg leg, Opened& opened) {
  const int rtp = opened.ports.rtp_descriptor();
  const int rtcp = opened.ports.rtcp_descriptor();
  opened.rtp_watch = reactor.watch(rtp, os::Interest::readable,
                                   [this, leg, rtp](os::Ready) { (void)receive_rtp(leg, rtp); });
  opened.rtcp_watch = reactor.watch(rtcp, os::Interest::readable,
                                    [this, leg, rtcp](os::Ready) { receive_rtcp(leg, rtcp); });
}

std::optional<Line::Destination> Line::destination_of(const Side& side, const rtp::Latch& latch) {
  const auto address = latch.destination();
  if (!address) return std::nullopt;
  for (const Opened& opened : side.sockets) {
    if (opened.ports.family() != address->family()) continue;
    const bool is_rtp = &latch == &side.rtp_latch;
    return Destination{
        .socket = is_rtp ? opened.ports.rtp_descriptor() : opened.ports.rtcp_descriptor(),
        .address = address->raw()};
  }
  return std::nullopt;
}

void Line::plan(Leg leg, const LegPlan& plan) {
  Side& planned = side(leg);
  // What came before it has the old plan.
  drain_lane(leg);
  planned.rtp_latch.expect(plan.rtp);
  planned.rtcp_latch.expect(plan.rtcp);
  if (!planned.rtp_latch.is_settled()) close_lane(leg);
  if (!planned.lane) planned.rtp_destination = destination_of(planned, planned.rtp_latch);
  planned.rtcp_destination = destination_of(planned, planned.rtcp_latch);
  planned.announced = plan.rtp.announced;
  planned.sends = plan.sends;
  planned.listens = plan.listens;
  planned.signals = plan.signals;
  if (planned.clock_rate != plan.clock_rate) {
    planned.clock_rate = plan.clock_rate;
    planned.source.set_clock_rate(plan.clock_rate);
    planned.last_timestamp.reset();
  }
}

// One datagram a turn: the loop comes back for the next, and no call waits for another's burst. A
// second receive to find the socket empty would cost a sixth of the relay's time.
bool Line::receive_rtp(Leg from, int socket) {
  Side& sender = side(from);
  const std::span<std::byte> buffer = arrival_buffer();
  const auto datagram = os::receive_from(socket, buffer);
  if (!datagram) return false;
  const core::ByteView bytes = core::ByteView(buffer).first(datagram->size);
  if (datagram->is_cut || bytes.empty()) {
    ++sender.counters.packets_malformed;
    return true;
  }
  const auto packet = is_rtp_ ? rtp::Packet::parse(bytes) : std::nullopt;
  if (!packet || rtp::kind_of(bytes) != rtp::PacketKind::rtp) {
    relay_other(from, bytes, datagram->from);
    return true;
  }
  if (admit_rtp(from, datagram->from)) take_rtp(from, bytes, *packet);
  return true;
}

/// The same where the kernel has looked at the sender already.
void Line::receive_lane(Leg from, int socket) {
  Side& sender = side(from);
  if (sender.lane->packets < kPacketsToCheck) {
    ++sender.lane->packets;  // before: the lane may be gone afterwards
    (void)receive_rtp(from, socket);
    return;
  }
  const std::span<std::byte> buffer = arrival_buffer();
  const auto received = os::receive_connected(socket, buffer);
  if (!received) return;
  const core::ByteView bytes = core::ByteView(buffer).first(received->size);
  const auto packet = received->is_cut ? std::nullopt : rtp::Packet::parse(bytes);
  if (packet && rtp::kind_of(bytes) == rtp::PacketKind::rtp) {
    take_rtp(from, bytes, *packet);
  } else if (received->is_cut || bytes.empty()) {
    ++sender.counters.packets_malformed;
  } else {
    relay_other(from, bytes, *sender.rtp_latch.source());
  }
}

void Line::take_rtp(Leg from, core::ByteView bytes, const rtp::Packet& packet) {
  send_rtp(other(from), bytes);
  const core::SteadyTime now = std::chrono::steady_clock::now();
  count(side(from), packet, now);
  if (!side(from).lane) look_for_lane(from);
  if (tape_ != nullptr) tape_->spool.put(tape_->id, from, now, bytes);
}

/// What is no RTP on an RTP port: RTCP of a party that multiplexes unasked (RFC 5761), or all there
/// is on a line of another protocol. STUN, DTLS and garbage end here.
void Line::relay_other(Leg from, core::ByteView bytes, const os::Address& source) {
  Side& sender = side(from);
  if (!is_rtp_) {
    if (!admit_rtp(from, source)) return;
    ++sender.counters.packets_received;
    sender.counters.bytes_received += bytes.size();
    sender.last_packet = std::chrono::steady_clock::now();
    send_rtp(other(from), bytes);
    return;
  }
  const bool is_rtcp = rtp::kind_of(bytes) == rtp::PacketKind::rtcp;
  const auto compound = is_rtcp ? rtp::parse_compound(bytes) : std::nullopt;
  if (!compound) {
    ++sender.counters.packets_malformed;
  } else if (sender.rtp_latch.source() != source) {
    ++sender.counters.packets_refused;
  } else {
    relay_rtcp(from, bytes, &*compound);
  }
}

void Line::receive_rtcp(Leg from, int socket) {
  Side& sender = side(from);
  const std::span<std::byte> buffer = arrival_buffer();
  const auto datagram = os::receive_from(socket, buffer);
  if (!datagram) return;
  const core::ByteView bytes = core::ByteView(buffer).first(datagram->size);
  const auto compound = is_rtp_ ? rtp::parse_compound(bytes) : std::nullopt;
  if (datagram->is_cut || (is_rtp_ && !compound)) {
    ++sender.counters.packets_malformed;
    return;
  }
  if (!admit_rtcp(sender, datagram->from)) return;
  relay_rtcp(from, bytes, compound ? &*compound : nullptr);
}

/// Passes it on and takes from it what that party hears of the other (RFC 3550 6.4).
void Line::relay_rtcp(Leg from, core::ByteView bytes, const rtp::RtcpCompound* compound) {
  Side& sender = side(from);
  Side& receiver = side(other(from));
  ++sender.counters.rtcp_received;
  const bool is_sent = send_rtcp(other(from), bytes);
  if (compound == nullptr) return;
  const core::SteadyTime now = std::chrono::steady_clock::now();
  for (const rtp::RtcpPacket& packet : *compound) {
    const auto info = rtp::sender_info(packet);
    if (info && is_sent) receiver.hearing.on_report_sent(*info, now);
    for (std::size_t i = 0; i < rtp::report_count(packet); ++i) {
      const rtp::ReportBlock block = rtp::report_block(packet, i);
      // A conference phone reports about others, too.
      if (receiver.counters.ssrc == block.ssrc.value()) sender.hearing.on_report(block, now);
    }
  }
}

bool Line::admit_rtp(Leg from, const os::Address& source) {
  Side& sender = side(from);
  switch (sender.rtp_latch.on_packet(source)) {
    case rtp::Latch::Verdict::accepted:
      return true;
    case rtp::Latch::Verdict::latched:
      close_lane(from);
      sender.rtp_destination = destination_of(sender, sender.rtp_latch);
      return true;
    case rtp::Latch::Verdict::refused:
      break;
  }
  ++sender.counters.packets_refused;
  return false;
}

bool Line::admit_rtcp(Side& from, const os::Address& source) {
  switch (from.rtcp_latch.on_packet(source)) {
    case rtp::Latch::Verdict::accepted:
      return true;
    case rtp::Latch::Verdict::latched:
      from.rtcp_destination = destination_of(from, from.rtcp_latch);
      return true;
    case rtp::Latch::Verdict::refused:
      break;
  }
  ++from.counters.packets_refused;
  return false;
}

void Line::look_for_lane(Leg leg) {
  Side& settling = side(leg);
  if (!settling.rtp_latch.is_settled() || !settling.rtp_destination) {
    settling.packets_without_lane = 0;
  } else if (++settling.packets_without_lane == kPacketsBeforeLane) {
    open_lane(leg);  // once: where it fails, it would fail again
  }
}

void Line::open_lane(Leg leg) {
  Side& settled = side(leg);
  const auto peer = settled.rtp_latch.source();
  auto socket = os::connect_beside(settled.rtp_destination->socket, *peer);
  if (!socket || !leaves_room(socket->get())) return;
  const int descriptor = socket->get();
  settled.lane = Lane{.socket = std::move(*socket)};
  settled.lane->watch =
      reactor_->watch(descriptor, os::Interest::readable,
                      [this, leg, descriptor](os::Ready) { receive_lane(leg, descriptor); });
  settled.rtp_destination->socket = descriptor;
  settled.rtp_destination->is_connected = true;
}

void Line::drain_lane(Leg leg) {
  // Bounded: a sender that is faster than we are must not keep us here. What is heard may end the
  // lane.
  const Side& drained = side(leg);
  for (unsigned i = 0; drained.lane && i < kPacketsBeforeLane; ++i) {
    if (!receive_rtp(leg, drained.lane->socket.get())) return;
  }
}

/// What waits in it came from whom we no longer listen to.
void Line::close_lane(Leg leg) {
  Side& unsettled = side(leg);
  unsettled.packets_without_lane = 0;
  if (!unsettled.lane) return;
  // Not into the arrival buffer, which may hold a packet that is still to be sent.
  std::array<std::byte, 1> unread{};
  for (unsigned i = 0; i < kPacketsBeforeLane; ++i) {
    if (!os::receive_from(unsettled.lane->socket.get(), unread)) break;
    ++unsettled.counters.packets_refused;
  }
  unsettled.lane.reset();
  unsettled.rtp_destination = destination_of(unsettled, unsettled.rtp_latch);
}

void Line::send_rtp(Leg to, core::ByteView bytes) {
  Side& receiver = side(to);
  const auto& destination = receiver.rtp_destination;
  if (!receiver.listens || !destination) {
    ++receiver.counters.packets_withheld;
  } else if (destination->is_connected ? os::send_connected(destination->socket, bytes)
                                       : send(destination->socket, bytes, destination->address)) {
    ++receiver.counters.packets_sent;
    receiver.counters.bytes_sent += bytes.size();
  } else {
    ++receiver.counters.send_errors;
  }
}

bool Line::send_rtcp(Leg to, core::ByteView bytes) {
  // RTCP goes on while media is on hold (RFC 3264 8.4).
  Side& receiver = side(to);
  if (!receiver.rtcp_destination) return false;
  if (!send(receiver.rtcp_destination->socket, bytes, receiver.rtcp_destination->address)) {
    ++receiver.counters.send_errors;
    return false;
  }
  ++receiver.counters.rtcp_sent;
  return true;
}

void Line::count(Side& from, const rtp::Packet& packet, core::SteadyTime now) {
  ++from.counters.packets_received;
  from.counters.bytes_received += packet.bytes().size();
  from.counters.ssrc = packet.ssrc().value();
  from.last_packet = now;
  (void)from.source.on_packet(packet.sequence_number(), packet.timestamp(), now);  // it keeps count
  const std::uint8_t payload_type = packet.payload_type().value();
  if (from.signals[payload_type & 0x7FU]) return;
  from.counters.payload_type = payload_type;
  const auto longest = static_cast<std::int32_t>(from.clock_rate) * kLongestPacketSeconds;
  if (from.last_timestamp) {
    const std::int32_t units = from.last_timestamp->distance_to(packet.timestamp());
    if (units > 0 && units <= longest) from.media_units += static_cast<std::uint32_t>(units);
  }
  from.last_timestamp = packet.timestamp();
}

LineCounters Line::counters(core::SteadyTime now) const {
  LineCounters line;
  for (const Leg leg : {Leg::caller, Leg::called}) {
    const Side& from = side(leg);
    LegCounters& counters = line.legs[index_of(leg)];
    counters = from.counters;
    const std::int64_t lost = from.source.lost();
    counters.packets_lost = lost > 0 ? static_cast<std::uint64_t>(lost) : 0;
    counters.packets_expected = from.source.expected();
    counters.packets_late = from.source.late();
    counters.jitter_ms = from.source.jitter_ms();
    counters.media_ms = from.media_units * 1000 / from.clock_rate;
    counters.reports = from.hearing.reports();
    counters.heard_lost = from.hearing.lost();
    counters.heard_jitter_ms = from.hearing.jitter() * 1000.0 / side(other(leg)).clock_rate;
    counters.round_trip_ms = from.hearing.round_trip_ms();
    counters.longest_round_trip_ms = from.hearing.longest_round_trip_ms();
    LegEnds& ends = line.ends[index_of(leg)];
    for (const Opened& opened : from.sockets) {
      const int family = opened.ports.family() == os::Family::ipv4 ? AF_INET : AF_INET6;
      const bool is_used =
          from.rtp_destination && from.rtp_destination->address.any.sa_family == family;
      if (is_used || ends.local.value() == 0) ends.local = opened.ports.rtp_port();
    }
    ends.announced = from.announced;
    ends.source = from.rtp_latch.source();
    if (from.last_packet) {
      ends.silent_for = std::chrono::duration_cast<core::Seconds>(now - *from.last_packet);
    }
  }
  return line;
}

}  // namespace trunkline::mediaplane
