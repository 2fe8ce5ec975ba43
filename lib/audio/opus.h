// SPDX-License-Identifier: MIT
#pragma once

// Opus packets (RFC 6716, as RTP carries them: RFC 7587) to 16-bit linear samples of one channel,
// by libopus itself at the rate that is wanted: decoding at 8 or 16 kHz costs a quarter of decoding
// at 48 kHz.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/bytes.h"

namespace trunkline::audio {

class OpusDecoder {
 public:
  /// `sample_rate` is 8000, 12000, 16000, 24000 or 48000 (asserted). Stereo is mixed down.
  explicit OpusDecoder(std::uint32_t sample_rate);
  ~OpusDecoder();
  OpusDecoder(OpusDecoder&&) noexcept;
  OpusDecoder& operator=(OpusDecoder&&) noexcept;

  std::uint32_t sample_rate() const noexcept { return sample_rate_; }
  /// Appends the packet's samples, 120 ms at most; false (and nothing) where it is no Opus packet.
  [[nodiscard]] bool decode(core::ByteView packet, std::vector<std::int16_t>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint32_t sample_rate_;
};

}  // namespace trunkline::audio
