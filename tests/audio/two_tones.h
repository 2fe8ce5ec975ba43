// SPDX-License-Identifier: MIT
#pragma once

// Sound as a recording has it: the caller left, the called right, a tone each.

#include "support/tone.h"

namespace trunkline::audio {

inline constexpr double kLeft = 440;
inline constexpr double kRight = 1000;

/// Both channels, interleaved.
inline std::vector<std::int16_t> two_tones(std::uint32_t sample_rate, std::size_t seconds) {
  const auto left = test::make_tone(kLeft, sample_rate * seconds, 8000.0, sample_rate);
  const auto right = test::make_tone(kRight, sample_rate * seconds, 8000.0, sample_rate);
  std::vector<std::int16_t> samples;
  samples.reserve(left.size() * 2);
  for (std::size_t i = 0; i < left.size(); ++i) {
    samples.push_back(left[i]);
    samples.push_back(right[i]);
  }
  return samples;
}

}  // namespace trunkline::audio
