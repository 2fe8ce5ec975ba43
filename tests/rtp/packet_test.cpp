// SPDX-License-Identifier: MIT
#include "rtp/packet.h"

#include <catch2/catch.hpp>

#include <array>
#include <vector>

namespace trunkline::rtp {
namespace {

core::Bytes bytes_of(std::initializer_list<unsigned> octets) {
  core::Bytes bytes;
  for (const auto octet : octets) bytes.push_back(static_cast<std::byte>(octet));
  return bytes;
}

core::Bytes full_packet() {
  return bytes_of({
      0xb2,                    // V=2, P, X, CC=2
      0x88,                    // M, PT=8
      0xff, 0xfe,              // sequence number 65534
      0x00, 0x01, 0x02, 0x03,  // timestamp
      0xde, 0xad, 0xbe, 0xef,  // SSRC
      0x00, 0x00, 0x00, 0x01,  // CSRC 1
      0x00, 0x00, 0x00, 0x02,  // CSRC 2
      0xbe, 0xde, 0x00, 0x01,  // extension: profile 0xbede, one word
      0x11, 0x22, 0x33, 0x44,  // its data
      0x55, 0x66,              // payload
      0x00, 0x00, 0x03,        // padding: 3 bytes
  });
}

TEST_CASE("rtp: every field of a packet is read", "[rtp]") {
  const auto bytes = full_packet();
  const auto packet = Packet::parse(bytes);
  REQUIRE(packet);
  CHECK(packet->has_marker());
  CHECK(packet->payload_type() == PayloadType(8));
  CHECK(packet->sequence_number() == SequenceNumber(65534));
  CHECK(packet->timestamp() == RtpTimestamp(0x00010203));
  CHECK(packet->ssrc() == Ssrc(0xdeadbeef));
  REQUIRE(packet->csrc_count() == 2);
  CHECK(packet->csrc(1) == Ssrc(2));
  REQUIRE(packet->extension());
  CHECK(packet->extension()->profile == 0xbede);
  CHECK(core::to_hex(packet->extension()->data) == "11223344");
  CHECK(core::to_hex(packet->payload()) == "5566");
  CHECK(packet->padding_bytes() == 3);
}

TEST_CASE("rtp: a packet that says more than it has is none", "[rtp]") {
  const auto bytes = full_packet();
  // 12 header + 8 CSRC + 8 extension: everything shorter lacks something; what is longer ends in a
  // padding count that does not fit, or in the payload's own bytes taken as one.
  for (std::size_t size = 0; size < 28; ++size) {
    CHECK_FALSE(Packet::parse(core::ByteView(bytes).first(size)));
  }
  auto zero_padding = bytes;
  zero_padding.back() = std::byte{0};
  CHECK_FALSE(Packet::parse(zero_padding));
  auto too_much_padding = bytes;
  too_much_padding.back() = std::byte{6};
  CHECK_FALSE(Packet::parse(too_much_padding));
  auto only_padding = bytes;
  only_padding.back() = std::byte{5};
  REQUIRE(Packet::parse(only_padding));
  CHECK(Packet::parse(only_padding)->payload().empty());
  auto version_one = bytes;
  version_one[0] = std::byte{0x72};
  CHECK_FALSE(Packet::parse(version_one));
}

TEST_CASE("rtp: a written header is read back", "[rtp]") {
  std::array<std::byte, kHeaderBytes + 1> bytes{};
  write_header(bytes, {.payload_type = PayloadType(101),
                       .has_marker = true,
                       .sequence_number = SequenceNumber(7),
                       .timestamp = RtpTimestamp(160),
                       .ssrc = Ssrc(42)});
  const auto packet = Packet::parse(bytes);
  REQUIRE(packet);
  CHECK(packet->has_marker());
  CHECK(packet->payload_type() == PayloadType(101));
  CHECK(packet->sequence_number() == SequenceNumber(7));
  CHECK(packet->timestamp() == RtpTimestamp(160));
  CHECK(packet->ssrc() == Ssrc(42));
  CHECK(packet->payload().size() == 1);
  CHECK_FALSE(packet->extension());
}

TEST_CASE("rtp: what shares a media port is told apart by its first bytes", "[rtp]") {
  struct Row {
    unsigned first;
    unsigned second;
    PacketKind kind;
  };
  const std::vector<Row> rows = {
      {0x80, 0x00, PacketKind::rtp},   {0x80, 0x80, PacketKind::rtp},
      {0x80, 200, PacketKind::rtcp},   {0x81, 207, PacketKind::rtcp},
      {0x80, 191, PacketKind::rtp},    {0x80, 224, PacketKind::rtp},
      {0x00, 0x01, PacketKind::stun},  {22, 0xfe, PacketKind::dtls},
      {0x40, 0x00, PacketKind::other}, {0xff, 0xff, PacketKind::other},
  };
  for (const auto& row : rows) CHECK(kind_of(bytes_of({row.first, row.second})) == row.kind);
  CHECK(kind_of(bytes_of({0x80})) == PacketKind::other);
}

TEST_CASE("rtp: sequence numbers and timestamps go round", "[rtp]") {
  CHECK(SequenceNumber(65535).next() == SequenceNumber(0));
  CHECK(SequenceNumber(65535).distance_to(SequenceNumber(2)) == 3);
  CHECK(SequenceNumber(2).distance_to(SequenceNumber(65535)) == -3);
  CHECK(SequenceNumber(0).distance_to(SequenceNumber(0)) == 0);
  CHECK(SequenceNumber(0).distance_to(SequenceNumber(32768)) == -32768);
  CHECK(RtpTimestamp(0xffffff00).distance_to(RtpTimestamp(0x100)) == 0x200);
  CHECK(RtpTimestamp(0x100).distance_to(RtpTimestamp(0xffffff00)) == -0x200);
}

}  // namespace
}  // namespace trunkline::rtp
