// SPDX-License-Identifier: MIT
#include "audio/level.h"

#include <catch2/catch.hpp>
#include <vector>

#include "support/tone.h"

namespace trunkline::audio {

TEST_CASE("level: known signals have known levels", "[level]") {
  SECTION("a full-scale square wave is 0 dBov") {
    std::vector<std::int16_t> square(1000);
    for (std::size_t i = 0; i < square.size(); ++i) {
      square[i] = i % 2 == 0 ? std::int16_t{-32768} : std::int16_t{32767};
    }
    CHECK(measure_level(square).rms_dbov == Approx(0.0).margin(0.01));
    CHECK(measure_level(square).peak == 32768);
  }
  SECTION("a sine is 3 dB below its peak") {
    const auto level = measure_level(test::make_tone(1000, 8000, 16384.0));
    CHECK(level.peak_dbov == Approx(-6.02).margin(0.01));
    CHECK(level.rms_dbov == Approx(-9.03).margin(0.01));
  }
  SECTION("silence and nothing are -127") {
    CHECK(measure_level(std::vector<std::int16_t>(100)).rms_dbov == kSilenceDbov);
    CHECK(measure_level({}).rms_dbov == kSilenceDbov);
    CHECK(measure_level({}).peak == 0);
  }
}

TEST_CASE("level: one channel is measured without the other", "[level]") {
  const std::vector<std::int16_t> stereo = {100, 0, -200, 0, 100, 0};
  CHECK(measure_level(stereo, 2, 0).peak == 200);
  CHECK(measure_level(stereo, 2, 1).peak == 0);
}

}  // namespace trunkline::audio
