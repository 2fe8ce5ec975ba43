// SPDX-License-Identifier: MIT
#pragma once

// How loud: root mean square and peak in dBov, as RFC 6464 counts (0 dBov is the level of a
// full-scale square wave; silence is -127).

#include <cstdint>
#include <span>

namespace trunkline::audio {

inline constexpr double kSilenceDbov = -127.0;

struct Level {
  double rms_dbov = kSilenceDbov;
  double peak_dbov = kSilenceDbov;
  std::uint16_t peak = 0;  ///< largest magnitude, 0 to 32768
};

/// Of one channel's linear samples; no samples are silence.
Level measure_level(std::span<const std::int16_t> samples);
/// Of one channel of interleaved samples.
Level measure_level(std::span<const std::int16_t> interleaved, std::uint16_t channels,
                    std::uint16_t channel);

}  // namespace trunkline::audio
