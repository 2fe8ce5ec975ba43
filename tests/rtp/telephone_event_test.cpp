// SPDX-License-Identifier: MIT
#include "rtp/telephone_event.h"

#include <catch2/catch.hpp>

#include <string>

namespace trunkline::rtp {
namespace {

core::Bytes event(unsigned digit, bool is_end, unsigned duration) {
  return {static_cast<std::byte>(digit), static_cast<std::byte>((is_end ? 0x80U : 0U) | 10U),
          static_cast<std::byte>(duration >> 8U), static_cast<std::byte>(duration & 0xffU)};
}

TEST_CASE("telephone-event: its fields are read", "[rtp]") {
  const auto bytes = event(11, true, 800);
  CHECK(parse_telephone_event(bytes) ==
        TelephoneEvent{.event = 11, .is_end = true, .volume_dbm0 = 10, .duration = 800});
  CHECK_FALSE(parse_telephone_event(core::ByteView(bytes).first(3)));
  std::string digits;
  for (std::uint8_t i = 0; i < 16; ++i) digits += dtmf_digit(i).value();
  CHECK(digits == "0123456789*#ABCD");
  CHECK_FALSE(dtmf_digit(16));
}

TEST_CASE("telephone-event: a press is told once, lost and late packets or not", "[rtp]") {
  EventReader reader;
  std::string heard;
  const auto feed = [&](unsigned digit, std::uint32_t timestamp, bool is_end, unsigned duration) {
    if (const auto pressed =
            reader.on_packet(RtpTimestamp(timestamp), event(digit, is_end, duration))) {
      heard += dtmf_digit(pressed->event).value();
    }
  };
  feed(1, 0xffffff00, false, 160);
  feed(1, 0xffffff00, false, 320);
  for (int i = 0; i < 3; ++i) feed(1, 0xffffff00, true, 480);
  // The same digit again; only the end of it arrives.
  for (int i = 0; i < 3; ++i) feed(1, 0x100, true, 480);
  feed(2, 0x1000, false, 160);
  feed(1, 0x100, true, 480);
  feed(2, 0x1000, true, 320);
  CHECK(heard == "112");
}

}  // namespace
}  // namespace trunkline::rtp
