// SPDX-License-Identifier: MIT
#include "rtp/source.h"

#include <catch2/catch.hpp>

#include <vector>

namespace trunkline::rtp {
namespace {

using core::Milliseconds;
using Verdict = SourceStatistics::Verdict;

/// Feeds packets of 20 ms that arrive exactly in time with their number.
struct Feeder {
  Verdict send(std::uint16_t sequence, Milliseconds delay = Milliseconds(0)) {
    const auto arrival = start + position * Milliseconds(20) + delay;
    const auto timestamp = RtpTimestamp(static_cast<std::uint32_t>(position * 160));
    ++position;
    return source.on_packet(SequenceNumber(sequence), timestamp, arrival);
  }

  SourceStatistics source{8000};
  core::SteadyTime start{std::chrono::hours(5)};
  int position = 0;
};

TEST_CASE("rtp source: a perfect stream loses nothing, over the wrap", "[rtp]") {
  Feeder feeder;
  for (unsigned i = 0; i < 100; ++i) {
    CHECK(feeder.send(static_cast<std::uint16_t>(65500 + i)) == Verdict::in_order);
  }
  CHECK(feeder.source.received() == 100);
  CHECK(feeder.source.expected() == 100);
  CHECK(feeder.source.lost() == 0);
  CHECK(feeder.source.extended_highest() == 65536 + 63);
  CHECK(feeder.source.jitter() == 0);
}

TEST_CASE("rtp source: gaps are lost, late packets are not, doubles are more than sent", "[rtp]") {
  struct Row {
    std::vector<std::uint16_t> sequence;
    std::int64_t lost;
    std::uint64_t late;
  };
  const std::vector<Row> rows = {
      {{10, 11, 12, 13}, 0, 0},  {{10, 12, 13}, 1, 0},      {{10, 12, 11, 13}, 0, 1},
      {{10, 11, 11, 12}, -1, 1}, {{65534, 65535, 1}, 1, 0}, {{65535, 0, 65534}, -1, 1},
      {{10, 2000}, 1989, 0},
  };
  for (const auto& row : rows) {
    Feeder feeder;
    for (const auto sequence : row.sequence) feeder.send(sequence);
    CHECK(feeder.source.lost() == row.lost);
    CHECK(feeder.source.late() == row.late);
    CHECK(feeder.source.received() == row.sequence.size());
  }
}

TEST_CASE("rtp source: a large jump counts when the next packet confirms it", "[rtp]") {
  Feeder feeder;
  feeder.send(10);
  feeder.send(11);
  CHECK(feeder.send(40000) == Verdict::suspicious);
  CHECK(feeder.source.received() == 2);
  CHECK(feeder.send(12) == Verdict::in_order);
  CHECK(feeder.send(40000) == Verdict::suspicious);
  CHECK(feeder.send(40001) == Verdict::restarted);
  CHECK(feeder.send(40002) == Verdict::in_order);
  CHECK(feeder.source.received() == 6);
  CHECK(feeder.source.expected() == 6);
  CHECK(feeder.source.lost() == 0);
}

TEST_CASE("rtp source: jitter follows RFC 3550 A.8", "[rtp]") {
  Feeder feeder;
  // Alternately 0 and 10 ms late: every difference is 80 units, the estimate goes to 80.
  for (unsigned i = 0; i < 400; ++i) {
    feeder.send(static_cast<std::uint16_t>(i), Milliseconds(i % 2 == 0 ? 0 : 10));
  }
  CHECK(feeder.source.jitter() >= 78);
  CHECK(feeder.source.jitter() <= 80);
  CHECK(feeder.source.jitter_ms() == Approx(10).margin(0.5));
  feeder.source.set_clock_rate(16000);
  CHECK(feeder.source.jitter() == 0);
  CHECK(feeder.source.received() == 400);
}

TEST_CASE("rtp source: hostile timestamps overflow nothing", "[rtp]") {
  SourceStatistics source(48000);
  core::SteadyTime now{};
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    now += std::chrono::hours(1);
    source.on_packet(SequenceNumber(static_cast<std::uint16_t>(i)),
                     RtpTimestamp(i % 2 == 0 ? 0x80000000U : 0), now);
  }
  CHECK(source.received() == 10'000);
  CHECK(source.jitter() <= UINT32_MAX >> 4U);
}

TEST_CASE("rtp source: the fraction lost is of the interval", "[rtp]") {
  Feeder feeder;
  for (const auto sequence : std::vector<std::uint16_t>{1, 2, 3, 5}) feeder.send(sequence);
  CHECK(feeder.source.take_fraction_lost() == 256 / 5);
  for (const auto sequence : std::vector<std::uint16_t>{6, 7}) feeder.send(sequence);
  CHECK(feeder.source.take_fraction_lost() == 0);
  CHECK(feeder.source.take_fraction_lost() == 0);
}

TEST_CASE("rtp source: without packets all is zero", "[rtp]") {
  SourceStatistics source;
  CHECK_FALSE(source.has_packets());
  CHECK(source.expected() == 0);
  CHECK(source.lost() == 0);
  CHECK(source.take_fraction_lost() == 0);
}

}  // namespace
}  // namespace trunkline::rtp
