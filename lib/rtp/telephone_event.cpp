// SPDX-License-Identifier: MIT
#include "rtp/telephone_event.h"

#include <string_view>

namespace trunkline::rtp {

namespace {

// |     event     |E|R| volume    |          duration             |
constexpr std::size_t kEventBytes = 4;
constexpr std::string_view kDigits = "0123456789*#ABCD";

}  // namespace

std::optional<TelephoneEvent> parse_telephone_event(core::ByteView payload) noexcept {
  if (payload.size() < kEventBytes) return std::nullopt;
  const auto flags = std::to_integer<std::uint8_t>(payload[1]);
  return TelephoneEvent{.event = std::to_integer<std::uint8_t>(payload[0]),
                        .is_end = (flags & 0x80U) != 0,
                        .volume_dbm0 = static_cast<std::uint8_t>(flags & 0x3fU),
                        .duration = core::read_u16(payload, 2)};
}

std::optional<char> dtmf_digit(std::uint8_t event) noexcept {
  if (event >= kDigits.size()) return std::nullopt;
  return kDigits[event];
}

std::optional<TelephoneEvent> EventReader::on_packet(RtpTimestamp timestamp,
                                                     core::ByteView payload) noexcept {
  const auto event = parse_telephone_event(payload);
  if (!event) return std::nullopt;
  // Also one that comes late, behind the press that followed it, has been told.
  if (last_ && last_->distance_to(timestamp) <= 0) return std::nullopt;
  last_ = timestamp;
  return event;
}

}  // namespace trunkline::rtp
