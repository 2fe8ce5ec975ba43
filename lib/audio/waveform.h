// SPDX-License-Identifier: MIT
#pragma once

// A picture of one channel for a terminal: columns of block characters (U+2581 to U+2588), loudness
// upwards from a base line on a scale in decibels, so that speech fills the rows. Pure: samples in,
// lines of UTF-8 out.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace trunkline::audio {

/// `rows` lines of `columns` characters each, top line first. Each column shows the loudest moment
/// of its share of the samples, from -48 dBov (empty) to 0 dBov (full). Fewer samples than columns
/// leave the rest empty.
std::vector<std::string> draw_waveform(std::span<const std::int16_t> samples, std::size_t columns,
                                       std::size_t rows);

}  // namespace trunkline::audio
