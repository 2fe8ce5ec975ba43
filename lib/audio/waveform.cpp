// SPDX-License-Identifier: MIT
#include "audio/waveform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace trunkline::audio {
namespace {

constexpr double kFloorDbov = -48.0;
constexpr std::size_t kStepsPerRow = 8;
constexpr std::array<std::string_view, kStepsPerRow + 1> kBlocks = {
    " ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};

/// How many eighths of a row a column of this peak fills.
std::size_t steps_for(int peak, std::size_t rows) {
  if (peak == 0) return 0;
  const double dbov = 20.0 * std::log10(static_cast<double>(peak) / 32768.0);
  const double share = std::clamp(1.0 - dbov / kFloorDbov, 0.0, 1.0);
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(rows * kStepsPerRow)));
}

int loudest(std::span<const std::int16_t> samples) {
  int peak = 0;
  for (const int sample : samples) peak = std::max(peak, std::abs(sample));
  return peak;
}

}  // namespace

std::vector<std::string> draw_waveform(std::span<const std::int16_t> samples, std::size_t columns,
                                       std::size_t rows) {
  std::vector<std::string> lines(rows);
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t begin = samples.size() * column / columns;
    const std::size_t end = samples.size() * (column + 1) / columns;
    const std::size_t steps = steps_for(loudest(samples.subspan(begin, end - begin)), rows);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t below = (rows - 1 - row) * kStepsPerRow;
      const std::size_t filled = steps > below ? std::min(steps - below, kStepsPerRow) : 0;
      lines[row] += kBlocks[filled];
    }
  }
  return lines;
}

}  // namespace trunkline::audio
