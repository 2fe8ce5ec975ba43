// SPDX-License-Identifier: MIT
#pragma once

// The sample formats that recordings and WAV files of ours hold: what arrived, byte for byte
// (mu-law, A-law), or 16-bit linear. A format is a row here, never a guess from a file's content.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.h"

namespace trunkline::audio {

enum class Codec : std::uint8_t { mulaw, alaw, s16le };

/// "mulaw", "alaw", "s16le": the words of recording.v1 and of the sealed file's documentation.
std::string_view name_of(Codec codec);
[[nodiscard]] core::Result<Codec> parse_codec(std::string_view name);

/// Of one sample of one channel.
constexpr std::size_t bytes_per_sample(Codec codec) {
  return codec == Codec::s16le ? 2 : 1;
}

/// What a signed 0 looks like: the byte a silent stretch is filled with.
constexpr std::byte silence_of(Codec codec) {
  switch (codec) {
    case Codec::mulaw:
      return std::byte{0xFF};
    case Codec::alaw:
      return std::byte{0xD5};
    case Codec::s16le:
      break;
  }
  return std::byte{0};
}

/// One constant-rate stream: frames of `channels` interleaved samples.
struct Format {
  Codec codec = Codec::mulaw;
  std::uint16_t channels = 1;
  std::uint32_t sample_rate = 8000;

  constexpr std::size_t bytes_per_frame() const { return channels * bytes_per_sample(codec); }
  constexpr std::size_t bytes_per_second() const { return bytes_per_frame() * sample_rate; }
  bool operator==(const Format&) const = default;
};

}  // namespace trunkline::audio
