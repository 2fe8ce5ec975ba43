// SPDX-License-Identifier: MIT

// WAV files come from outside (prompts, demo speech, exports of other systems).

#include <cstdint>
#include <span>

#include "audio/wav.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto clip = trunkline::audio::parse_wav(std::as_bytes(std::span(data, size)));
  if (clip && clip->channels > 0) (void)clip->channel(0);  // only its safety is looked at
  return 0;
}
