// SPDX-License-Identifier: MIT
#pragma once

// An RTP packet (RFC 3550 section 5.1) seen in place: parse() checks every length once, copies
// nothing and allocates nothing; the view lives as long as the bytes it was made of.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/bytes.h"
#include "rtp/types.h"

namespace trunkline::rtp {

inline constexpr std::size_t kHeaderBytes = 12;

class Packet {
 public:
  /// Nothing where the bytes are no RTP packet: shorter than its header, CSRCs, extension or
  /// padding say, not version 2, or a padding count of zero.
  [[nodiscard]] static std::optional<Packet> parse(core::ByteView bytes) noexcept;

  bool has_marker() const noexcept;
  PayloadType payload_type() const noexcept;
  SequenceNumber sequence_number() const noexcept;
  RtpTimestamp timestamp() const noexcept;
  Ssrc ssrc() const noexcept;

  std::size_t csrc_count() const noexcept;
  /// `index` below csrc_count().
  Ssrc csrc(std::size_t index) const noexcept;

  struct Extension {
    std::uint16_t profile = 0;
    core::ByteView data;
  };
  std::optional<Extension> extension() const noexcept;

  /// Without padding; may be empty.
  core::ByteView payload() const noexcept;
  std::size_t padding_bytes() const noexcept { return padding_bytes_; }
  core::ByteView bytes() const noexcept { return bytes_; }

 private:
  explicit Packet(core::ByteView bytes) noexcept : bytes_(bytes) {}
  core::ByteView bytes_;
  std::uint16_t payload_offset_ = kHeaderBytes;
  std::uint16_t padding_bytes_ = 0;
};

struct Header {
  PayloadType payload_type{};
  bool has_marker = false;
  SequenceNumber sequence_number{};
  RtpTimestamp timestamp{};
  Ssrc ssrc{};
};
/// Writes the 12 bytes of a header without CSRCs and extension; `out` has room (asserted).
void write_header(std::span<std::byte> out, const Header& header) noexcept;

/// What a datagram on a media port is, by its first two bytes (RFC 7983, RFC 5761 section 4).
enum class PacketKind : std::uint8_t { rtp, rtcp, stun, dtls, other };
PacketKind kind_of(core::ByteView bytes) noexcept;

}  // namespace trunkline::rtp
