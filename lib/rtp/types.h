// SPDX-License-Identifier: MIT
#pragma once

// The numbers of RTP (RFC 3550) as types that do not mix.

#include <compare>
#include <cstdint>

#include "core/strong.h"

namespace trunkline::rtp {

/// The first octet of RTP and RTCP: padding follows, whose last octet counts it (RFC
/// 3550 5.1, 6.4.1).
inline constexpr std::uint8_t kPaddingBit = 0x20;

using Ssrc = core::Strong<std::uint32_t, struct SsrcTag>;
using PayloadType = core::Strong<std::uint8_t, struct PayloadTypeTag>;

/// A 16-bit sequence number. There is no order on a circle, so it has none: distance_to() says how
/// far and in which direction the other lies.
class SequenceNumber {
 public:
  SequenceNumber() = default;
  constexpr explicit SequenceNumber(std::uint16_t value) : value_(value) {}

  constexpr std::uint16_t value() const noexcept { return value_; }
  constexpr SequenceNumber next() const noexcept {
    return SequenceNumber(static_cast<std::uint16_t>(value_ + 1U));
  }
  /// -32768 to 32767; positive when `later` comes after this one.
  constexpr std::int32_t distance_to(SequenceNumber later) const noexcept {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(later.value_ - value_));
  }
  bool operator==(const SequenceNumber&) const = default;

 private:
  std::uint16_t value_ = 0;
};

/// A 32-bit media timestamp, in units of the codec's clock.
class RtpTimestamp {
 public:
  RtpTimestamp() = default;
  constexpr explicit RtpTimestamp(std::uint32_t value) : value_(value) {}

  constexpr std::uint32_t value() const noexcept { return value_; }
  /// Positive when `later` comes after this one.
  constexpr std::int32_t distance_to(RtpTimestamp later) const noexcept {
    return static_cast<std::int32_t>(later.value_ - value_);
  }
  bool operator==(const RtpTimestamp&) const = default;

 private:
  std::uint32_t value_ = 0;
};

}  // namespace trunkline::rtp
