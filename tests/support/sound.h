// SPDX-License-Identifier: MIT
#pragma once

// What phones say and hear, as files: each phone says a tone of its own, so that a test can tell on
// which channel of a recording, or at which ear, it arrived.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/time.h"

namespace trunkline::test {

/// Tones that keep their distance from each other's harmonics and from telephony's own.
inline constexpr double kCallerTone = 620.0;
inline constexpr double kCalledTone = 1130.0;

struct SoundForm {
  std::uint32_t sample_rate = 8000;
  std::uint16_t channels = 1;
};

/// Writes speech of one tone, the same on each channel.
void write_tone(const std::filesystem::path& wav, double hertz, core::Milliseconds length,
                const SoundForm& form = {});

/// One channel of a WAV file.
struct Channel {
  std::uint32_t sample_rate = 8000;
  std::vector<std::int16_t> samples;

  core::Milliseconds length() const;
  /// Amplitude of this tone where it is loudest, in any tenth of a second.
  double loudest(double hertz) const;
  /// How long the tone is there, counted in tenths of a second.
  core::Milliseconds heard_for(double hertz) const;
  /// How long nothing is there.
  core::Milliseconds silent_for() const;
};

/// Throws when the file is no WAV or has not so many channels.
Channel read_channel(const std::filesystem::path& wav, std::uint16_t index = 0);

}  // namespace trunkline::test
