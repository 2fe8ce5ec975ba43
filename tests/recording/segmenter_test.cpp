// SPDX-License-Identifier: MIT
#include "recording/segmenter.h"

#include <catch2/catch.hpp>

#include "audio/g711.h"
#include "recording/stream.h"

namespace trunkline::recording {
namespace {

using std::chrono::milliseconds;

Segmenter stereo_mulaw() {
  return Segmenter({.codec = audio::Codec::mulaw, .channels = 2});
}

}  // namespace

TEST_CASE("segmenter: the caller is left and the called is right", "[segmenter]") {
  Segmenter segmenter = stereo_mulaw();
  test::place(segmenter, Leg::caller, {0, 1, 0, 1});
  test::place(segmenter, Leg::called, {20, 1, 555, 2});
  const auto samples = test::finish(segmenter, 40);
  CHECK(test::runs_of(samples, Leg::caller) == "20ms 1, 20ms -");
  CHECK(test::runs_of(samples, Leg::called) == "20ms -, 20ms 2");
}

TEST_CASE("segmenter: a segment seals 300 ms after its end, at its exact length", "[segmenter]") {
  Segmenter segmenter = stereo_mulaw();
  CHECK(segmenter.segment_bytes() == 32000);
  test::place(segmenter, Leg::caller, {1990, 1, 0, 7});  // spans the first two segments
  CHECK_FALSE(segmenter.take_sealed(milliseconds(2299)));
  const auto first = segmenter.take_sealed(milliseconds(2300));
  REQUIRE(first);
  CHECK(first->index == 0);
  CHECK_FALSE(first->is_last);
  CHECK(first->samples.size() == 32000);
  CHECK(test::runs_of(first->samples, Leg::caller) == "1990ms -, 10ms 7");
  CHECK_FALSE(segmenter.take_sealed(milliseconds(2300)));

  const auto rest = segmenter.finish(milliseconds(2500));
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].index == 1);
  CHECK(rest[0].is_last);
  CHECK(test::runs_of(rest[0].samples, Leg::caller) == "10ms 7, 490ms -");
}

TEST_CASE("segmenter: a packet is in place until its segment seals, then it is late",
          "[segmenter]") {
  Segmenter segmenter = stereo_mulaw();
  test::place(segmenter, Leg::caller, {0, 1, 0, 1});
  test::place(segmenter, Leg::caller, {1960, 99, 98 * 160, 2});
  test::place(segmenter, Leg::caller, {2299, 98, 97 * 160, 3});
  const auto first = segmenter.take_sealed(milliseconds(2300));
  REQUIRE(first);
  CHECK(test::runs_of(first->samples, Leg::caller) == "20ms 1, 1920ms -, 20ms 3, 20ms 2, 20ms -");
  test::place(segmenter, Leg::caller, {2301, 97, 96 * 160, 4});
  const LegAccount account = segmenter.account(Leg::caller);
  CHECK(account.packets_received == 4);
  CHECK(account.packets_written == 3);
  CHECK(account.packets_late == 1);
  CHECK(account.packets_lost == 95);
  CHECK(segmenter.media_ms(Leg::caller) == 60);
}

TEST_CASE("segmenter: silence seals too, one segment at a time", "[segmenter]") {
  Segmenter segmenter = stereo_mulaw();
  for (std::uint32_t index = 0; index < 3; ++index) {
    const auto segment = segmenter.take_sealed(milliseconds(8000));
    REQUIRE(segment);
    CHECK(segment->index == index);
    CHECK(test::runs_of(segment->samples, Leg::called) == "2000ms -");
  }
  CHECK_FALSE(segmenter.take_sealed(milliseconds(8000)));
}

TEST_CASE("segmenter: the end is the arrival clock's, whatever was placed", "[segmenter]") {
  struct Case {
    int end_ms;
    std::vector<std::size_t> bytes;
  };
  const Case cases[] = {{0, {0}},
                        {1, {16}},
                        {2000, {32000}},
                        {2001, {32000, 16}},
                        {4000, {32000, 32000}},
                        {9000, {32000, 32000, 32000, 32000, 16000}}};
  for (const Case& row : cases) {
    CAPTURE(row.end_ms);
    Segmenter segmenter = stereo_mulaw();
    const auto segments = segmenter.finish(milliseconds(row.end_ms));
    REQUIRE(segments.size() == row.bytes.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      CHECK(segments[i].samples.size() == row.bytes[i]);
      CHECK(segments[i].is_last == (i + 1 == segments.size()));
    }
  }
}

TEST_CASE("segmenter: the other law is converted through linear", "[segmenter]") {
  for (const audio::Codec codec : {audio::Codec::mulaw, audio::Codec::alaw}) {
    Segmenter segmenter({.codec = codec, .channels = 2});
    test::place(segmenter, Leg::caller, {0, 1, 0, 0x23}, audio::Codec::mulaw);
    test::place(segmenter, Leg::called, {0, 1, 0, 0x23}, audio::Codec::alaw);
    const auto samples = test::finish(segmenter, 20);
    const std::byte sent{0x23};
    const bool is_mulaw = codec == audio::Codec::mulaw;
    CHECK(samples[0] == (is_mulaw ? sent : audio::mulaw_to_alaw(sent)));
    CHECK(samples[1] == (is_mulaw ? audio::alaw_to_mulaw(sent) : sent));
  }
}

TEST_CASE("segmenter: silence is the codec's own", "[segmenter]") {
  Segmenter segmenter({.codec = audio::Codec::alaw, .channels = 2});
  const auto samples = test::finish(segmenter, 1);
  CHECK(samples == core::Bytes(16, std::byte{0xD5}));
}

TEST_CASE("segmenter: a pause is silence and is accounted", "[segmenter]") {
  Segmenter segmenter = stereo_mulaw();
  test::place(segmenter, Leg::caller, {0, 1, 0, 1});
  segmenter.pause(milliseconds(20));
  test::place(segmenter, Leg::caller, {20, 2, 160, 2});
  segmenter.resume(milliseconds(40));
  test::place(segmenter, Leg::caller, {40, 3, 320, 3});
  CHECK(test::runs_of(test::finish(segmenter, 60), Leg::caller) == "20ms 1, 20ms -, 20ms 3");
  const LegAccount account = segmenter.account(Leg::caller);
  CHECK(account.packets_received == 3);
  CHECK(account.packets_written == 2);
  CHECK(account.packets_paused == 1);
  CHECK(account.paused_ms == 20);
  CHECK(account.packets_lost == 0);
}

TEST_CASE("segmenter: hostile lengths and numbers stay inside the open segments", "[segmenter]") {
  Segmenter segmenter = stereo_mulaw();
  const core::Bytes huge(60000, std::byte{1});
  const std::uint32_t timestamps[] = {0, 0x80000000U, 0xFFFFFFFFU, 1, 0x7FFFFFFFU};
  std::uint16_t sequence = 0;
  for (const std::uint32_t timestamp : timestamps) {
    ++sequence;
    segmenter.place(Leg::called,
                    {.ssrc = 1, .sequence = sequence, .timestamp = timestamp, .payload = huge},
                    milliseconds(20 * sequence));
  }
  const auto segments = segmenter.finish(milliseconds(200));
  REQUIRE(segments.size() == 1);
  CHECK(segments[0].samples.size() == 200 * 16);
}

}  // namespace trunkline::recording
