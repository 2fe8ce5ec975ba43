// SPDX-License-Identifier: MIT
#pragma once

// An Ogg Opus file (RFC 7845) of speech, written by libopus itself at the samples' own rate and by
// as many threads as there are processors: the sound is cut into stretches, each of which has an
// encoder of its own that hears the end of the stretch before first. So it stands as a single
// encoder would when its own stretch begins, and the joint cannot be heard.

#include <cstdint>
#include <memory>
#include <span>

#include "audio/codec.h"
#include "core/error.h"
#include "os/fd.h"

namespace trunkline::audio {

class [[nodiscard]] OpusFile {
 public:
  /// Whether there is such a file: 8, 12, 16, 24 and 48 kHz, one channel or two.
  static bool can_hold(const Format& format) noexcept;

  /// Writes to `file`, an empty file. can_hold(format) is asserted.
  OpusFile(os::Fd file, const Format& format);
  OpusFile(OpusFile&&) noexcept;
  OpusFile& operator=(OpusFile&&) noexcept;
  /// Without finish() the file stays a part.
  ~OpusFile();

  /// Interleaved samples, whole frames. Throws core::Error (io).
  void write(std::span<const std::int16_t> samples);
  /// Writes what is left and closes the file, which is not synced (fsync). Throws core::Error (io).
  void finish();

  /// What one encoder writes, and what it hears before.
  static constexpr unsigned kPacketMs = 60;
  static constexpr unsigned kStretchPackets = 250;
  static constexpr unsigned kPrerollPackets = 7;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::audio
