// SPDX-License-Identifier: MIT
#include "rtp/packet.h"

#include <cassert>

namespace trunkline::rtp {

namespace {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
// |                           timestamp                           |
// |                             SSRC                              |
// |            CSRC * CC, then the extension if X                 |
constexpr unsigned kVersion = 2;
constexpr std::uint8_t kExtensionBit = 0x10;
constexpr std::uint8_t kCsrcMask = 0x0f;
constexpr std::uint8_t kMarkerBit = 0x80;
constexpr std::size_t kExtensionHeaderBytes = 4;
constexpr std::size_t kMaxPacketBytes = 65'535;

std::size_t csrc_bytes(core::ByteView bytes) noexcept {
  return std::size_t{4} * (core::read_u8(bytes, 0) & kCsrcMask);
}

}  // namespace

std::optional<Packet> Packet::parse(core::ByteView bytes) noexcept {
  if (bytes.size() < kHeaderBytes || bytes.size() > kMaxPacketBytes) return std::nullopt;
  const auto first = core::read_u8(bytes, 0);
  if (first >> 6U != kVersion) return std::nullopt;

  std::size_t offset = kHeaderBytes + csrc_bytes(bytes);
  if ((first & kExtensionBit) != 0) {
    if (bytes.size() < offset + kExtensionHeaderBytes) return std::nullopt;
    offset += kExtensionHeaderBytes + std::size_t{4} * core::read_u16(bytes, offset + 2);
  }
  if (bytes.size() < offset) return std::nullopt;

  std::size_t padding = 0;
  if ((first & kPaddingBit) != 0) {
    padding = core::read_u8(bytes, bytes.size() - 1);
    if (padding == 0 || padding > bytes.size() - offset) return std::nullopt;
  }
  Packet packet(bytes);
  packet.payload_offset_ = static_cast<std::uint16_t>(offset);
  packet.padding_bytes_ = static_cast<std::uint16_t>(padding);
  return packet;
}

bool Packet::has_marker() const noexcept {
  return (core::read_u8(bytes_, 1) & kMarkerBit) != 0;
}

PayloadType Packet::payload_type() const noexcept {
  return PayloadType(static_cast<std::uint8_t>(core::read_u8(bytes_, 1) & ~kMarkerBit));
}

SequenceNumber Packet::sequence_number() const noexcept {
  return SequenceNumber(core::read_u16(bytes_, 2));
}

RtpTimestamp Packet::timestamp() const noexcept {
  return RtpTimestamp(core::read_u32(bytes_, 4));
}

Ssrc Packet::ssrc() const noexcept {
  return Ssrc(core::read_u32(bytes_, 8));
}

std::size_t Packet::csrc_count() const noexcept {
  return csrc_bytes(bytes_) / 4;
}

Ssrc Packet::csrc(std::size_t index) const noexcept {
  assert(index < csrc_count());
  return Ssrc(core::read_u32(bytes_, kHeaderBytes + 4 * index));
}

std::optional<Packet::Extension> Packet::extension() const noexcept {
  if ((core::read_u8(bytes_, 0) & kExtensionBit) == 0) return std::nullopt;
  const auto offset = kHeaderBytes + csrc_bytes(bytes_);
  const auto size = std::size_t{4} * core::read_u16(bytes_, offset + 2);
  return Extension{.profile = core::read_u16(bytes_, offset),
                   .data = bytes_.subspan(offset + kExtensionHeaderBytes, size)};
}

core::ByteView Packet::payload() const noexcept {
  return bytes_.subspan(payload_offset_, bytes_.size() - payload_offset_ - padding_bytes_);
}

void write_header(std::span<std::byte> out, const Header& header) noexcept {
  assert(out.size() >= kHeaderBytes);
  const auto marker = header.has_marker ? kMarkerBit : std::uint8_t{0};
  out[0] = std::byte{kVersion << 6U};
  out[1] = static_cast<std::byte>(marker | (header.payload_type.value() & 0x7fU));
  core::write_u16(out, 2, header.sequence_number.value());
  core::write_u32(out, 4, header.timestamp.value());
  core::write_u32(out, 8, header.ssrc.value());
}

PacketKind kind_of(core::ByteView bytes) noexcept {
  if (bytes.size() < 2) return PacketKind::other;
  const auto first = core::read_u8(bytes, 0);
  if (first <= 3) return PacketKind::stun;
  if (first >= 20 && first <= 63) return PacketKind::dtls;
  if (first < 128 || first > 191) return PacketKind::other;
  // RFC 5761 section 4: RTCP packet types 192 to 223 take the place of payload types 64 to 95.
  const auto second = core::read_u8(bytes, 1);
  return second >= 192 && second <= 223 ? PacketKind::rtcp : PacketKind::rtp;
}

}  // namespace trunkline::rtp
