// SPDX-License-Identifier: MIT
#include "recording/placement.h"

#include <catch2/catch.hpp>
#include <vector>

#include "recording/stream.h"

namespace trunkline::recording {
namespace {

struct Case {
  const char* name;
  std::vector<test::Sent> sent;
  int end_ms;
  const char* expected;
};

// Columns of a packet: arrival in ms, sequence, timestamp, mark [, ssrc [, marker]].
const Case kCases[] = {
    {"packets in order follow each other",
     {{0, 1, 160, 1}, {20, 2, 320, 2}, {40, 3, 480, 3}},
     60,
     "20ms 1, 20ms 2, 20ms 3"},
    {"the first packet lands where it arrived", {{100, 1, 160, 1}}, 120, "100ms -, 20ms 1"},
    {"jitter does not move anything",
     {{0, 1, 160, 1}, {35, 2, 320, 2}, {41, 3, 480, 3}, {75, 4, 640, 4}},
     80,
     "20ms 1, 20ms 2, 20ms 3, 20ms 4"},
    {"a lost packet is silence of its length",
     {{0, 1, 160, 1}, {40, 3, 480, 3}},
     60,
     "20ms 1, 20ms -, 20ms 3"},
    {"reordered packets land in their place",
     {{0, 1, 160, 1}, {40, 3, 480, 3}, {45, 2, 320, 2}, {60, 4, 640, 4}},
     80,
     "20ms 1, 20ms 2, 20ms 3, 20ms 4"},
    {"a duplicate is ignored, even with other samples",
     {{0, 1, 160, 1}, {20, 2, 320, 2}, {25, 2, 320, 9}, {30, 1, 160, 9}},
     40,
     "20ms 1, 20ms 2"},
    {"sequence numbers and timestamps wrap without a seam",
     {{0, 65535, 0xFFFFFF60U, 1}, {20, 0, 0, 2}, {40, 1, 160, 3}},
     60,
     "20ms 1, 20ms 2, 20ms 3"},
    {"a burst after a network stall lands in its place",
     {{0, 1, 160, 1},
      {1000, 2, 320, 2},
      {1000, 3, 480, 3},
      {1001, 4, 640, 4},
      {1001, 5, 800, 5},
      {1002, 6, 960, 6}},
     120,
     "20ms 1, 20ms 2, 20ms 3, 20ms 4, 20ms 5, 20ms 6"},
    {"a hold whose timestamps ran on is silence of its real length",
     {{0, 1, 160, 1}, {1000, 2, 160 + 8000, 2}},
     1020,
     "20ms 1, 980ms -, 20ms 2"},
    {"a hold whose timestamps stood still is too, with the marker at once",
     {{0, 1, 160, 1}, {1000, 2, 320, 2, 1, true}, {1020, 3, 480, 3}},
     1040,
     "20ms 1, 980ms -, 20ms 2, 20ms 3"},
    {"without the marker the third packet at its pace proves the pause",
     {{0, 1, 160, 1}, {1000, 2, 320, 2}, {1020, 3, 480, 3}, {1040, 4, 640, 4}, {1060, 5, 800, 5}},
     1080,
     "20ms 1, 20ms 2, 20ms 3, 980ms -, 20ms 4, 20ms 5"},
    {"a timestamp that leaps ahead is placed by its arrival",
     {{0, 1, 160, 1}, {20, 2, 900000, 2}, {40, 3, 900160, 3}},
     60,
     "20ms 1, 20ms 2, 20ms 3"},
    {"a new source is placed by its arrival",
     {{0, 1, 160, 1}, {60, 900, 77777, 2, 2}, {80, 901, 77937, 3, 2}},
     100,
     "20ms 1, 40ms -, 20ms 2, 20ms 3"},
    {"a new source does not overwrite the end of the old one",
     {{20, 1, 160, 1}, {21, 2, 320, 2}, {41, 900, 77777, 3, 2}},
     80,
     "20ms -, 20ms 1, 20ms 2, 20ms 3"},
    {"a sequence that started over is believed at its second packet",
     {{0, 40000, 160, 1}, {20, 100, 320, 2}, {40, 101, 480, 3}, {60, 102, 640, 4}},
     80,
     "20ms 1, 20ms -, 20ms 3, 20ms 4"},
    {"a packet far ahead of its arrival is not believed when it comes out of order",
     {{0, 1, 160, 1}, {20, 3, 480, 3}, {30, 2, 900000, 2}},
     60,
     "20ms 1, 20ms -, 20ms 3"},
};

}  // namespace

TEST_CASE("placement: arrivals give exactly these samples", "[placement]") {
  for (const Case& row : kCases) {
    Segmenter segmenter({.codec = audio::Codec::mulaw, .channels = 2});
    for (const test::Sent& sent : row.sent) test::place(segmenter, Leg::caller, sent);
    INFO(row.name);
    CHECK(test::runs_of(test::finish(segmenter, row.end_ms), Leg::caller) == row.expected);
  }
}

TEST_CASE("placement: loss is counted over all sources and by sequence number", "[placement]") {
  struct LossCase {
    std::vector<test::Sent> sent;
    std::uint64_t lost;
  };
  const LossCase cases[] = {
      {{}, 0},
      {{{0, 7, 160, 1}}, 0},
      {{{0, 7, 160, 1}, {60, 10, 640, 1}}, 2},
      {{{0, 7, 160, 1}, {60, 10, 640, 1}, {61, 9, 480, 1}}, 1},
      {{{0, 7, 160, 1}, {20, 8, 320, 1}, {21, 8, 320, 1}}, 0},
      {{{0, 65534, 160, 1}, {40, 0, 480, 1}}, 1},
      {{{0, 7, 160, 1}, {40, 9, 480, 1}, {60, 500, 0, 1, 2}, {100, 502, 320, 1, 2}}, 2},
      // The first packet we saw was overtaken by an earlier one.
      {{{0, 8, 320, 1}, {1, 7, 160, 1}, {20, 9, 480, 1}}, 0},
  };
  for (const LossCase& row : cases) {
    Placement placement(8000);
    for (const test::Sent& sent : row.sent) {
      (void)placement.place({.ssrc = sent.ssrc,
                             .sequence = sent.sequence,
                             .timestamp = sent.timestamp,
                             .samples = 160,
                             .arrived_at = sent.at_ms * 8},
                            0);  // where it lies is the table above's matter
    }
    CHECK(placement.packets_lost() == row.lost);
  }
}

TEST_CASE("placement: a telephone-event neither moves time nor counts as lost", "[placement]") {
  Placement placement(8000);
  const auto at = [&](int ms, std::uint16_t sequence, std::uint32_t timestamp,
                      std::uint32_t samples) {
    return placement.place({.ssrc = 1,
                            .sequence = sequence,
                            .timestamp = timestamp,
                            .samples = samples,
                            .arrived_at = ms * 8},
                           0);
  };
  CHECK(at(0, 1, 160, 160).position == 0);
  // A digit of 400 ms: all its packets carry the timestamp of its beginning.
  for (std::uint16_t i = 0; i < 20; ++i)
    (void)at(20 + 20 * i, static_cast<std::uint16_t>(2 + i), 320, 0);
  CHECK(at(420, 22, 160 + 21 * 160, 160).position == 420 * 8);
  CHECK(placement.packets_lost() == 0);
  CHECK(placement.rebases() == 0);
}

TEST_CASE("placement: clock drift is followed a sample at a time", "[placement]") {
  // Each row: how many parts per million the sender's clock is slow (or fast, if negative).
  for (const int slow_ppm : {0, 100, -100, 500, -500, 2000, -2000}) {
    CAPTURE(slow_ppm);
    Placement placement(8000);
    std::int64_t worst = 0;
    std::int64_t previous_end = 0;
    std::uint64_t repeats = 0;
    for (std::int64_t i = 0; i < 50 * 600; ++i) {  // ten minutes
      const std::int64_t ideal = i * 160;
      // Jitter of up to 30 ms, the same every run; now and then none.
      const std::int64_t jitter = (i * 7919 % 31) * 8;
      const std::int64_t arrived_at = ideal + ideal * slow_ppm / 1'000'000 + jitter;
      const Place place = placement.place({.ssrc = 1,
                                           .sequence = static_cast<std::uint16_t>(i),
                                           .timestamp = static_cast<std::uint32_t>(i * 160),
                                           .samples = 160,
                                           .arrived_at = arrived_at},
                                          0);
      const std::int64_t hole = place.position - previous_end;
      if (hole < -1 || hole > 1 || (hole == 1) != place.repeats_first) {
        FAIL("packet " << i << " moved by " << hole << " samples");
      }
      repeats += place.repeats_first ? 1 : 0;
      previous_end = place.position + 160;
      worst = std::max(worst, std::abs(arrived_at - jitter - place.position));
    }
    CHECK(worst <= 16 * 8);  // 16 ms, whatever the length of the call
    if (slow_ppm == 0) CHECK(repeats == 0);
    CHECK(placement.rebases() == 0);
  }
}

TEST_CASE("placement: a stream that never settles stays near its arrival", "[placement]") {
  // Two senders on one leg in turn, as when a queue moves a caller: no position runs away.
  Placement placement(8000);
  for (int i = 0; i < 2000; ++i) {
    const Place place = placement.place({.ssrc = 1U + static_cast<unsigned>(i % 2),
                                         .sequence = static_cast<std::uint16_t>(i),
                                         .timestamp = static_cast<std::uint32_t>(i * 977),
                                         .samples = 160,
                                         .arrived_at = i * 80},
                                        0);
    CHECK(std::abs(place.position - i * 80) <= 200 * 8);
  }
}

}  // namespace trunkline::recording
