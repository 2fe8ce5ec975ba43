// SPDX-License-Identifier: MIT
#pragma once

// Tones for tests of audio paths: one is sent, and afterwards found again (Goertzel) on the channel
// it belongs on and not on the other.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace trunkline::test {

inline std::vector<std::int16_t> make_tone(double hertz, std::size_t samples,
                                           double amplitude = 8000.0, double sample_rate = 8000.0) {
  std::vector<std::int16_t> tone(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    const double phase = 2.0 * std::numbers::pi * hertz * static_cast<double>(i) / sample_rate;
    tone[i] = static_cast<std::int16_t>(std::lround(amplitude * std::sin(phase)));
  }
  return tone;
}

/// The amplitude of one frequency: of a pure tone of that frequency its own, of others near 0.
inline double tone_amplitude(std::span<const std::int16_t> samples, double hertz,
                             double sample_rate = 8000.0) {
  if (samples.empty()) return 0.0;
  const double turn = 2.0 * std::cos(2.0 * std::numbers::pi * hertz / sample_rate);
  double last = 0.0;
  double before = 0.0;
  for (const std::int16_t sample : samples) {
    const double now = sample + turn * last - before;
    before = last;
    last = now;
  }
  const double power = last * last + before * before - turn * last * before;
  return 2.0 * std::sqrt(std::max(power, 0.0)) / static_cast<double>(samples.size());
}

}  // namespace trunkline::test
