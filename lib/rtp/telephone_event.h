// SPDX-License-Identifier: MIT
#pragma once

// DTMF as named events (RFC 4733 section 2.3). A key press is many packets with one timestamp; the
// last, with the end bit, is sent three times. EventReader turns packets into one press each.

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "rtp/types.h"

namespace trunkline::rtp {

struct TelephoneEvent {
  std::uint8_t event = 0;  ///< 0-9, 10 *, 11 #, 12-15 A-D, 16 flash
  bool is_end = false;
  std::uint8_t volume_dbm0 = 0;  ///< attenuation: 10 means -10 dBm0
  std::uint16_t duration = 0;    ///< timestamp units

  bool operator==(const TelephoneEvent&) const = default;
};

/// The first event of a payload; nothing where it is shorter than 4 bytes.
std::optional<TelephoneEvent> parse_telephone_event(core::ByteView payload) noexcept;

/// '0'-'9', '*', '#', 'A'-'D'; nothing for other events.
std::optional<char> dtmf_digit(std::uint8_t event) noexcept;

class EventReader {
 public:
  /// The event once per press, at its first packet: retransmissions, updates and the repeated end
  /// carry the same timestamp and give nothing.
  std::optional<TelephoneEvent> on_packet(RtpTimestamp timestamp, core::ByteView payload) noexcept;

 private:
  std::optional<RtpTimestamp> last_;
};

}  // namespace trunkline::rtp
