// SPDX-License-Identifier: MIT
#pragma once

// RTCP compounds (RFC 3550 section 6), read in place: parse_compound() checks the whole compound
// once; what it returns are views into the same bytes. Packet types we do not know stay in the list
// with their bytes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/bytes.h"
#include "rtp/types.h"

namespace trunkline::rtp {

inline constexpr std::size_t kMaxReports = 31;  ///< blocks in one SR or RR: a 5-bit count
inline constexpr std::size_t kMaxCompoundPackets = 32;

enum class RtcpType : std::uint8_t {
  sender_report = 200,
  receiver_report = 201,
  source_description = 202,
  bye = 203,
  application = 204,
  transport_feedback = 205,
  payload_feedback = 206,
  extended_report = 207,
};

/// One packet of a compound; `type` may be a value that is no enumerator.
struct RtcpPacket {
  RtcpType type = RtcpType::bye;
  std::uint8_t count = 0;    ///< the 5 bits after version and padding
  core::ByteView body = {};  ///< after the 4-byte header, without padding
};

class RtcpCompound {
 public:
  const RtcpPacket* begin() const noexcept { return packets_.data(); }
  const RtcpPacket* end() const noexcept { return packets_.data() + count_; }
  std::size_t size() const noexcept { return count_; }
  const RtcpPacket& operator[](std::size_t index) const noexcept { return packets_[index]; }

 private:
  friend std::optional<RtcpCompound> parse_compound(core::ByteView bytes) noexcept;
  std::array<RtcpPacket, kMaxCompoundPackets> packets_{};
  std::size_t count_ = 0;
};

/// Nothing where the bytes are no compound: a length that passes the end, a version other than 2,
/// padding that is not in the last packet or larger than it, more packets than the limit, or a
/// known type shorter than its count says. Reduced-size RTCP (RFC 5506) and compounds that do not
/// begin with a report are accepted: relays meet both.
[[nodiscard]] std::optional<RtcpCompound> parse_compound(core::ByteView bytes) noexcept;

struct SenderInfo {
  Ssrc ssrc{};
  std::uint64_t ntp_timestamp = 0;  ///< seconds since 1900 in 32.32
  RtpTimestamp rtp_timestamp{};
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
};
/// Of an SR; nothing for other packets.
std::optional<SenderInfo> sender_info(const RtcpPacket& packet) noexcept;

struct ReportBlock {
  Ssrc ssrc{};
  std::uint8_t fraction_lost = 0;    ///< in 1/256
  std::int32_t cumulative_lost = 0;  ///< 24 bits, signed
  std::uint32_t extended_highest = 0;
  std::uint32_t jitter = 0;  ///< timestamp units
  std::uint32_t last_sender_report = 0;
  std::uint32_t delay_since_last = 0;  ///< in 1/65536 s
};
/// How many report blocks an SR or RR holds, 0 for other packets.
std::size_t report_count(const RtcpPacket& packet) noexcept;
/// `index` below report_count() (asserted).
ReportBlock report_block(const RtcpPacket& packet, std::size_t index) noexcept;

/// The CNAME of an SDES's first chunk that has one (RFC 3550 section 6.5.1).
std::optional<std::string_view> canonical_name(const RtcpPacket& packet) noexcept;
/// The sources a BYE names, into `out`; returns how many there are, at most out.size().
std::size_t bye_sources(const RtcpPacket& packet, std::span<Ssrc> out) noexcept;

// Writing: each returns how many bytes it took of `out`, which has room (asserted).

constexpr std::size_t receiver_report_bytes(std::size_t blocks) {
  return 8 + 24 * blocks;
}
constexpr std::size_t sender_report_bytes(std::size_t blocks) {
  return 28 + 24 * blocks;
}

std::size_t write_receiver_report(std::span<std::byte> out, Ssrc sender,
                                  std::span<const ReportBlock> blocks) noexcept;
std::size_t write_sender_report(std::span<std::byte> out, const SenderInfo& sender,
                                std::span<const ReportBlock> blocks) noexcept;
std::size_t write_bye(std::span<std::byte> out, Ssrc sender) noexcept;

}  // namespace trunkline::rtp
