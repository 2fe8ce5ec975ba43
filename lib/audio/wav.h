// SPDX-License-Identifier: MIT
#pragma once

// WAV (RIFF): a header for audio that is streamed into a pipe, where the length may not be known
// yet, and whole files read and written through libsndfile. Readers accept RIFF/WAVE of any sample
// format libsndfile knows and hand out 16-bit linear; other file types are a fault.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "audio/codec.h"
#include "core/bytes.h"
#include "core/error.h"

namespace trunkline::audio {

/// The bytes before the samples: format tag 7 (mu-law), 6 (A-law) or 1 (PCM). Without a length the
/// size fields say 0xFFFFFFFF, which players and libsndfile take as "to the end of the stream". A
/// length over 4 GiB is written the same way.
core::Bytes wav_header(const Format& format, std::optional<std::uint64_t> data_bytes);

/// Linear audio in memory.
struct Clip {
  std::uint32_t sample_rate = 8000;
  std::uint16_t channels = 1;
  std::vector<std::int16_t> samples;  ///< interleaved

  std::size_t frames() const { return channels == 0 ? 0 : samples.size() / channels; }
  /// One channel's samples; `index` is less than channels.
  std::vector<std::int16_t> channel(std::uint16_t index) const;
  std::uint64_t duration_ms() const;
};

/// Faults: no_input where the file is missing, data where it is not WAV or has over 8 channels or
/// over an hour's worth of 48 kHz stereo.
[[nodiscard]] core::Result<Clip> read_wav(const std::filesystem::path& path);
[[nodiscard]] core::Result<Clip> parse_wav(core::ByteView bytes);

/// Throws core::Error when the file cannot be written.
void write_wav(const std::filesystem::path& path, const Clip& clip, Codec codec = Codec::s16le);

}  // namespace trunkline::audio
