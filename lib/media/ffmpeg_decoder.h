// SPDX-License-Identifier: MIT
#pragma once

// One of FFmpeg's decoders behind our interface.

#include <functional>
#include <memory>

#include "media/decoder.h"
#include "media/frames.h"

namespace trunkline::media {

struct FfmpegCodec {
  const char* name = "";  ///< FFmpeg's: "g722"
  std::uint32_t sample_rate = 8000;
  int frame_bytes = 0;      ///< where FFmpeg wants to know (block_align)
  int bits_per_sample = 0;  ///< coded; where FFmpeg wants to know
};

/// nullptr where this FFmpeg was built without the decoder.
std::unique_ptr<Decoder> make_ffmpeg_decoder(const FfmpegCodec& codec,
                                             std::function<Frames(core::ByteView)> split);
/// Whether this FFmpeg has the decoder.
bool has_ffmpeg_decoder(const char* name);

}  // namespace trunkline::media
