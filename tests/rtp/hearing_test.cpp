// SPDX-License-Identifier: MIT
#include "rtp/hearing.h"

#include <catch2/catch.hpp>

namespace trunkline::rtp {
namespace {

using core::Milliseconds;

constexpr core::SteadyTime kStart{std::chrono::hours(1)};
constexpr Ssrc kSource{0x11223344};
constexpr std::uint64_t kNtp = 0x83aa'7e80'4000'0000;  // the middle 32 bits are 0x7e804000
constexpr std::uint32_t kMiddle = 0x7e80'4000;
constexpr std::uint32_t kHalfSecond = 32'768;

ReportBlock block_of(std::uint32_t last_sender_report, std::uint32_t delay) {
  return {.ssrc = kSource, .last_sender_report = last_sender_report, .delay_since_last = delay};
}

}  // namespace

TEST_CASE("hearing: the round trip is what passed since the report less what the phone waited",
          "[hearing]") {
  struct Row {
    const char* what;
    std::uint32_t last_sender_report;
    std::uint32_t delay;
    Milliseconds after;
    std::optional<double> round_trip_ms;
  };
  const auto row =
      GENERATE(Row{"half a second waited", kMiddle, kHalfSecond, Milliseconds(620), 120.0},
               Row{"answered at once", kMiddle, 0, Milliseconds(7), 7.0},
               Row{"no sender report there yet", 0, 0, Milliseconds(50), std::nullopt},
               Row{"a report we never passed on", 0x01020304, 0, Milliseconds(50), std::nullopt},
               Row{"waited longer than there was time", kMiddle, kHalfSecond, Milliseconds(400),
                   std::nullopt},
               Row{"a minute on the way", kMiddle, 0, core::Seconds(60), std::nullopt});
  CAPTURE(row.what);
  Hearing hearing;
  hearing.on_report_sent({.ntp_timestamp = kNtp}, kStart);
  hearing.on_report(block_of(row.last_sender_report, row.delay), kStart + row.after);
  CHECK(hearing.reports() == 1);
  REQUIRE(hearing.round_trip_ms().has_value() == row.round_trip_ms.has_value());
  if (row.round_trip_ms) CHECK(*hearing.round_trip_ms() == Approx(*row.round_trip_ms));
}

TEST_CASE("hearing: several round trips give their mean and the longest", "[hearing]") {
  Hearing hearing;
  std::uint32_t middle = kMiddle;
  for (const int way_ms : {40, 200, 60}) {
    ++middle;
    hearing.on_report_sent({.ntp_timestamp = std::uint64_t{middle} << 16U}, kStart);
    hearing.on_report(block_of(middle, 0), kStart + Milliseconds(way_ms));
  }
  CHECK(*hearing.round_trip_ms() == Approx(100.0));
  CHECK(*hearing.longest_round_trip_ms() == Approx(200.0));
}

TEST_CASE("hearing: a sender report is known for the three that follow it", "[hearing]") {
  Hearing hearing;
  hearing.on_report_sent({.ntp_timestamp = kNtp}, kStart);
  for (std::uint64_t later = 1; later <= 3; ++later) {
    hearing.on_report_sent({.ntp_timestamp = kNtp + (later << 32U)}, kStart);
  }
  hearing.on_report(block_of(kMiddle, 0), kStart + Milliseconds(10));
  CHECK(hearing.round_trip_ms());
}

TEST_CASE("hearing: loss goes on over a change of source", "[hearing]") {
  Hearing hearing;
  CHECK(hearing.lost() == 0);
  hearing.on_report({.ssrc = kSource, .cumulative_lost = 5, .jitter = 16}, kStart);
  hearing.on_report({.ssrc = kSource, .cumulative_lost = 7, .jitter = 24}, kStart);
  CHECK(hearing.lost() == 7);
  CHECK(hearing.jitter() == 24);
  hearing.on_report({.ssrc = Ssrc(9), .cumulative_lost = 2}, kStart);
  CHECK(hearing.lost() == 9);
  // Duplicates make the count negative (RFC 3550 A.3).
  hearing.on_report({.ssrc = Ssrc(9), .cumulative_lost = -4}, kStart);
  CHECK(hearing.lost() == 7);
  CHECK(hearing.reports() == 4);
}

}  // namespace trunkline::rtp
