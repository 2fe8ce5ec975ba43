// SPDX-License-Identifier: MIT
#pragma once

// One end of a call as a test sees it: an RTP and an RTCP socket on loopback, an SDP that names
// them, and a stream of packets with a tone in them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audio/g711.h"
#include "core/error.h"
#include "os/socket.h"
#include "rtp/packet.h"
#include "sdp/facts.h"
#include "sdp/session.h"
#include "support/tone.h"

namespace trunkline::test {

class Phone {
 public:
  explicit Phone(double tone_hertz = 440.0, audio::Codec codec = audio::Codec::mulaw,
                 os::Family family = os::Family::ipv4)
      : codec_(codec), tone_(make_tone(tone_hertz, 8000)), family_(family) {
    open();
  }

  /// New sockets, as after a change of network.
  void open() {
    rtp_ = core::value_or_throw(os::bind_udp(os::Address::loopback({}, family_)));
    rtcp_ = core::value_or_throw(os::bind_udp(os::Address::loopback({}, family_)));
  }

  /// `formats` is what follows the protocol in the m= line.
  std::string sdp(const std::string& formats = "0 8 101", const std::string& more = "",
                  const std::string& protocol = "RTP/AVP") const {
    const std::string connection = family_ == os::Family::ipv4 ? "IN IP4 127.0.0.1" : "IN IP6 ::1";
    return "v=0\r\no=- 1 1 " + connection + "\r\ns=-\r\nc=" + connection + "\r\nt=0 0\r\nm=audio " +
           std::to_string(port_of(rtp_).value()) + " " + protocol + " " + formats +
           "\r\na=rtpmap:101 telephone-event/8000\r\na=rtcp:" +
           std::to_string(port_of(rtcp_).value()) + "\r\n" + more;
  }

  /// Where the relay wants our media, from the SDP it wrote for us.
  void learn(std::string_view sdp_text) {
    const auto session = core::value_or_throw(sdp::Session::parse(sdp_text));
    const auto rtp = sdp::rtp_endpoint_of(session, session.media.at(0));
    const auto rtcp = sdp::rtcp_endpoint_of(session, session.media.at(0));
    relay_ = core::value_or_throw(os::Address::parse_host(rtp->address, rtp->port));
    relay_rtcp_ = core::value_or_throw(os::Address::parse_host(rtcp->address, rtcp->port));
  }

  /// The next 20 ms of the tone.
  void speak() { speak_from(rtp_.get()); }
  void speak_from(int socket) {
    std::array<std::byte, rtp::kHeaderBytes + 160> packet{};
    rtp::write_header(packet, {.payload_type = rtp::PayloadType(payload_type()),
                               .has_marker = sequence_ == 1,
                               .sequence_number = rtp::SequenceNumber(sequence_),
                               .timestamp = rtp::RtpTimestamp(timestamp_),
                               .ssrc = rtp::Ssrc(ssrc_)});
    const std::span<const std::int16_t> samples(tone_);
    const auto encoded =
        audio::from_linear(codec_, samples.subspan((timestamp_ - kFirstTimestamp) % 8000, 160));
    std::copy(encoded.begin(), encoded.end(), packet.begin() + rtp::kHeaderBytes);
    (void)os::send_to(socket, packet, relay_);  // a full buffer would show as loss
    ++sequence_;
    timestamp_ += 160;
    ++packets_sent_;
  }
  /// A silence in which no packets are sent.
  void skip(unsigned packets) { timestamp_ += 160 * packets; }

  void send(core::ByteView bytes) const { (void)os::send_to(rtp_.get(), bytes, relay_); }
  void send_rtcp(core::ByteView bytes) const { (void)os::send_to(rtcp_.get(), bytes, relay_rtcp_); }

  std::optional<core::Bytes> hear(core::Milliseconds timeout = core::Seconds(2)) const {
    return receive(rtp_.get(), timeout);
  }
  std::optional<core::Bytes> hear_rtcp(core::Milliseconds timeout = core::Seconds(2)) const {
    return receive(rtcp_.get(), timeout);
  }
  /// Empties the socket; how many packets there were.
  std::size_t drain() const {
    std::size_t count = 0;
    while (receive(rtp_.get(), core::Milliseconds(0))) ++count;
    return count;
  }

  /// How many packets came since the last call: waits for that many, but for a missing one no
  /// longer than half a second.
  std::size_t count(std::size_t expected) {
    while (heard_ < expected && hear(core::Milliseconds(500))) ++heard_;
    listen();
    return std::exchange(heard_, 0);
  }
  /// Takes what has come, so that the socket does not fill up.
  void listen() { heard_ += drain(); }

  std::uint64_t packets_sent() const { return packets_sent_; }
  const os::Address& relay() const { return relay_; }
  void set_codec(audio::Codec codec) { codec_ = codec; }

 private:
  static constexpr std::uint32_t kFirstTimestamp = 4'000'000'000;

  static core::Port port_of(const os::Fd& socket) { return os::local_address(socket.get()).port(); }
  std::uint8_t payload_type() const { return codec_ == audio::Codec::mulaw ? 0 : 8; }

  static std::optional<core::Bytes> receive(int socket, core::Milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    core::Bytes buffer(4096);
    while (true) {
      if (const auto datagram = os::receive_from(socket, buffer)) {
        buffer.resize(datagram->size);
        return buffer;
      }
      if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  audio::Codec codec_;
  std::vector<std::int16_t> tone_;
  os::Family family_;
  os::Fd rtp_;
  os::Fd rtcp_;
  os::Address relay_;
  os::Address relay_rtcp_;
  std::uint32_t ssrc_ = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(this));
  std::uint16_t sequence_ = 1;
  std::uint32_t timestamp_ = kFirstTimestamp;
  std::uint64_t packets_sent_ = 0;
  std::size_t heard_ = 0;
};

/// Both speak for this long, a packet each 20 ms, as phones do.
inline void talk(Phone& caller, Phone& called, core::Milliseconds length) {
  auto next = std::chrono::steady_clock::now();
  for (const auto end = next + length; next < end; next += std::chrono::milliseconds(20)) {
    std::this_thread::sleep_until(next);
    caller.speak();
    called.speak();
    caller.listen();
    called.listen();
  }
}

}  // namespace trunkline::test
