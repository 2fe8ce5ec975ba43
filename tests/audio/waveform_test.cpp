// SPDX-License-Identifier: MIT
#include "audio/waveform.h"

#include <catch2/catch.hpp>

namespace trunkline::audio {

TEST_CASE("waveform: loudness becomes blocks, silence spaces", "[waveform]") {
  // Four columns of two samples: silence, -36 dBov, -12 dBov, full scale.
  const std::vector<std::int16_t> samples = {0, 0, 519, -519, 8231, 0, 0, -32768};
  SECTION("one row") {
    CHECK(draw_waveform(samples, 4, 1) == std::vector<std::string>{" ▂▆█"});
  }
  SECTION("two rows, top line first") {
    CHECK(draw_waveform(samples, 4, 2) == std::vector<std::string>{"  ▄█", " ▄██"});
  }
}

TEST_CASE("waveform: odd sizes are drawn without reading past the samples", "[waveform]") {
  CHECK(draw_waveform({}, 3, 2) == std::vector<std::string>{"   ", "   "});
  CHECK(draw_waveform({}, 0, 1) == std::vector<std::string>{""});
  CHECK(draw_waveform(std::vector<std::int16_t>{-32768}, 3, 1) == std::vector<std::string>{"  █"});
  CHECK(draw_waveform(std::vector<std::int16_t>{5, 5}, 2, 0).empty());
}

}  // namespace trunkline::audio
