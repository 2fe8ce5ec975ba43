// SPDX-License-Identifier: MIT
#include "rtp/rtcp.h"

#include <algorithm>
#include <cassert>

namespace trunkline::rtp {

namespace {

// |V=2|P| count   |      PT       |    length in words - 1        |
constexpr std::size_t kRtcpHeaderBytes = 4;
constexpr std::size_t kBlockBytes = 24;
constexpr std::size_t kSenderInfoBytes = 24;
constexpr std::uint8_t kCountMask = 0x1f;
constexpr std::uint8_t kCanonicalName = 1;

/// Bytes before the report blocks of a report: the sender, and what an SR says of it.
std::size_t blocks_offset(RtcpType type) noexcept {
  return type == RtcpType::sender_report ? kSenderInfoBytes : 4;
}

bool is_report(RtcpType type) noexcept {
  return type == RtcpType::sender_report || type == RtcpType::receiver_report;
}

/// Whether the body holds what the count promises.
bool has_promised_bytes(const RtcpPacket& packet) noexcept {
  if (is_report(packet.type)) {
    return packet.body.size() >= blocks_offset(packet.type) + kBlockBytes * packet.count;
  }
  if (packet.type == RtcpType::bye) return packet.body.size() >= std::size_t{4} * packet.count;
  return true;
}

void write_packet_header(std::span<std::byte> out, RtcpType type, std::size_t count,
                         std::size_t bytes) noexcept {
  assert(out.size() >= bytes && count <= kMaxReports);
  out[0] = static_cast<std::byte>(0x80U | count);
  out[1] = static_cast<std::byte>(type);
  core::write_u16(out, 2, static_cast<std::uint16_t>(bytes / 4 - 1));
}

void write_block(std::span<std::byte> out, std::size_t offset, const ReportBlock& block) noexcept {
  // RFC 3550 A.3: the count of lost packets is clamped to 24 bits with sign.
  const auto lost = std::clamp(block.cumulative_lost, -0x800000, 0x7fffff);
  core::write_u32(out, offset, block.ssrc.value());
  core::write_u32(
      out, offset + 4,
      (std::uint32_t{block.fraction_lost} << 24U) | (static_cast<std::uint32_t>(lost) & 0xffffffU));
  core::write_u32(out, offset + 8, block.extended_highest);
  core::write_u32(out, offset + 12, block.jitter);
  core::write_u32(out, offset + 16, block.last_sender_report);
  core::write_u32(out, offset + 20, block.delay_since_last);
}

}  // namespace

std::optional<RtcpCompound> parse_compound(core::ByteView bytes) noexcept {
  RtcpCompound compound;
  while (!bytes.empty()) {
    if (bytes.size() < kRtcpHeaderBytes || compound.count_ == kMaxCompoundPackets)
      return std::nullopt;
    const auto first = core::read_u8(bytes, 0);
    const auto size = std::size_t{4} * (std::size_t{core::read_u16(bytes, 2)} + 1);
    if (first >> 6U != 2 || size > bytes.size()) return std::nullopt;

    std::size_t padding = 0;
    if ((first & kPaddingBit) != 0) {
      // RFC 3550 section 6.4.1: only the last packet of a compound may be padded.
      padding = core::read_u8(bytes, size - 1);
      if (size != bytes.size() || padding == 0 || padding > size - kRtcpHeaderBytes) {
        return std::nullopt;
      }
    }
    auto& packet = compound.packets_[compound.count_++];
    packet = RtcpPacket{.type = static_cast<RtcpType>(core::read_u8(bytes, 1)),
                        .count = static_cast<std::uint8_t>(first & kCountMask),
                        .body = bytes.subspan(kRtcpHeaderBytes, size - kRtcpHeaderBytes - padding)};
    if (!has_promised_bytes(packet)) return std::nullopt;
    bytes = bytes.subspan(size);
  }
  if (compound.count_ == 0) return std::nullopt;
  return compound;
}

std::optional<SenderInfo> sender_info(const RtcpPacket& packet) noexcept {
  if (packet.type != RtcpType::sender_report) return std::nullopt;
  return SenderInfo{.ssrc = Ssrc(core::read_u32(packet.body, 0)),
                    .ntp_timestamp = core::read_u64(packet.body, 4),
                    .rtp_timestamp = RtpTimestamp(core::read_u32(packet.body, 12)),
                    .packets = core::read_u32(packet.body, 16),
                    .octets = core::read_u32(packet.body, 20)};
}

std::size_t report_count(const RtcpPacket& packet) noexcept {
  return is_report(packet.type) ? packet.count : 0;
}

ReportBlock report_block(const RtcpPacket& packet, std::size_t index) noexcept {
  assert(index < report_count(packet));
  const auto offset = blocks_offset(packet.type) + kBlockBytes * index;
  const auto lost = core::read_u32(packet.body, offset + 4);
  // The lower 24 bits are signed: shifted up and down again, the sign comes along.
  const auto cumulative = static_cast<std::int32_t>(lost << 8U) >> 8;
  return ReportBlock{.ssrc = Ssrc(core::read_u32(packet.body, offset)),
                     .fraction_lost = static_cast<std::uint8_t>(lost >> 24U),
                     .cumulative_lost = cumulative,
                     .extended_highest = core::read_u32(packet.body, offset + 8),
                     .jitter = core::read_u32(packet.body, offset + 12),
                     .last_sender_report = core::read_u32(packet.body, offset + 16),
                     .delay_since_last = core::read_u32(packet.body, offset + 20)};
}

std::optional<std::string_view> canonical_name(const RtcpPacket& packet) noexcept {
  if (packet.type != RtcpType::source_description) return std::nullopt;
  const auto body = packet.body;
  std::size_t offset = 0;
  for (unsigned chunk = 0; chunk < packet.count; ++chunk) {
    offset += 4;  // the chunk's source
    while (offset < body.size() && core::read_u8(body, offset) != 0) {
      if (offset + 2 > body.size()) return std::nullopt;
      const std::size_t size = core::read_u8(body, offset + 1);
      if (offset + 2 + size > body.size()) return std::nullopt;
      if (core::read_u8(body, offset) == kCanonicalName) {
        return core::as_text(body.subspan(offset + 2, size));
      }
      offset += 2 + size;
    }
    // RFC 3550 section 6.5: zeros end the items and fill up the word, at least one.
    offset = (offset / 4 + 1) * 4;
    if (offset >= body.size()) return std::nullopt;
  }
  return std::nullopt;
}

std::size_t bye_sources(const RtcpPacket& packet, std::span<Ssrc> out) noexcept {
  if (packet.type != RtcpType::bye) return 0;
  const auto count = std::min<std::size_t>(packet.count, out.size());
  for (std::size_t i = 0; i < count; ++i) out[i] = Ssrc(core::read_u32(packet.body, 4 * i));
  return count;
}

std::size_t write_receiver_report(std::span<std::byte> out, Ssrc sender,
                                  std::span<const ReportBlock> blocks) noexcept {
  const auto bytes = receiver_report_bytes(blocks.size());
  write_packet_header(out, RtcpType::receiver_report, blocks.size(), bytes);
  core::write_u32(out, 4, sender.value());
  for (std::size_t i = 0; i < blocks.size(); ++i) write_block(out, 8 + kBlockBytes * i, blocks[i]);
  return bytes;
}

std::size_t write_sender_report(std::span<std::byte> out, const SenderInfo& sender,
                                std::span<const ReportBlock> blocks) noexcept {
  const auto bytes = sender_report_bytes(blocks.size());
  write_packet_header(out, RtcpType::sender_report, blocks.size(), bytes);
  core::write_u32(out, 4, sender.ssrc.value());
  core::write_u64(out, 8, sender.ntp_timestamp);
  core::write_u32(out, 16, sender.rtp_timestamp.value());
  core::write_u32(out, 20, sender.packets);
  core::write_u32(out, 24, sender.octets);
  for (std::size_t i = 0; i < blocks.size(); ++i) write_block(out, 28 + kBlockBytes * i, blocks[i]);
  return bytes;
}

std::size_t write_bye(std::span<std::byte> out, Ssrc sender) noexcept {
  write_packet_header(out, RtcpType::bye, 1, 8);
  core::write_u32(out, 4, sender.value());
  return 8;
}

}  // namespace trunkline::rtp
