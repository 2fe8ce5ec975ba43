// SPDX-License-Identifier: MIT
#include "audio/level.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>

namespace trunkline::audio {
namespace {

/// RFC 6464 section 3: relative to the overload of the format.
double to_dbov(double amplitude) {
  if (amplitude <= 0.0) return kSilenceDbov;
  return std::max(kSilenceDbov, 20.0 * std::log10(amplitude / 32768.0));
}

}  // namespace

Level measure_level(std::span<const std::int16_t> samples) {
  return measure_level(samples, 1, 0);
}

Level measure_level(std::span<const std::int16_t> interleaved, std::uint16_t channels,
                    std::uint16_t channel) {
  assert(channel < channels);
  double energy = 0.0;
  int peak = 0;
  std::size_t count = 0;
  for (std::size_t i = channel; i < interleaved.size(); i += channels) {
    const int sample = interleaved[i];
    energy += static_cast<double>(sample) * sample;
    peak = std::max(peak, std::abs(sample));
    ++count;
  }
  if (count == 0) return {};
  return {.rms_dbov = to_dbov(std::sqrt(energy / static_cast<double>(count))),
          .peak_dbov = to_dbov(peak),
          .peak = static_cast<std::uint16_t>(peak)};
}

}  // namespace trunkline::audio
