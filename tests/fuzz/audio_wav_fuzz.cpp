// SPDX-License-Identifier: MIT

// WAV files come from outside (prompts, demo speech, exports of other systems).

#include <cstdint>
#include <span>

#include "audio/wav.h"
#include "fuzz/target.h"

FUZZ_TARGET(audio_wav) {
  const auto clip = trunkline::audio::parse_wav(std::as_bytes(std::span(data, size)));
  if (clip && clip->channels > 0) (void)clip->channel(0);  // only its safety is looked at
  return 0;
}
