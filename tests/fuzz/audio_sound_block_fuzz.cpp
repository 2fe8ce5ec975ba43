// SPDX-License-Identifier: MIT

// A block of packed samples of any bytes: it gives exactly the frames that were asked for, or a
// fault. The first byte chooses type and format, the second how many frames there should be.

#include <cassert>
#include <cstddef>
#include <cstdint>

#include "audio/sound_block.h"
#include "fuzz/target.h"

using namespace trunkline;

FUZZ_TARGET(audio_sound_block) {
  if (size < 2 || size > 65'536) return 0;
  const auto type = (data[0] & 1U) != 0 ? audio::BlockType::opus : audio::BlockType::flac;
  const audio::Format format{.codec = static_cast<audio::Codec>(data[0] / 2 % 3),
                             .channels = static_cast<std::uint16_t>(data[0] / 6 % 2 + 1),
                             .sample_rate = 8000};
  const std::size_t frames = data[1] * 10U;
  const auto block = std::as_bytes(std::span(data + 2, size - 2));
  const auto samples = audio::unpack_block(type, format, block, frames);
  if (samples)
    assert(samples->size() == frames * audio::unpacked_format(type, format).bytes_per_frame());
  return 0;
}
