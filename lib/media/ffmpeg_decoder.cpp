// SPDX-License-Identifier: MIT
#include "media/ffmpeg_decoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "core/cptr.h"

namespace trunkline::media {
namespace {

using Context = core::IndirectCPtr<AVCodecContext, avcodec_free_context>;
using Packet = core::IndirectCPtr<AVPacket, av_packet_free>;
using Sound = core::IndirectCPtr<AVFrame, av_frame_free>;

/// No frame of a telephone codec is longer than this; what says so is damaged.
constexpr int kMostSamples = 48'000;

std::int16_t to_sample(float value) {
  constexpr float kFullScale = 32768.0F;
  const float scaled = std::isfinite(value) ? value * kFullScale : 0.0F;
  return static_cast<std::int16_t>(std::lrint(std::clamp(
      scaled, -kFullScale, static_cast<float>(std::numeric_limits<std::int16_t>::max()))));
}

/// The first channel of one frame. All these codecs have but one.
bool append(const AVFrame& sound, std::vector<std::int16_t>& out) {
  if (sound.nb_samples < 0 || sound.nb_samples > kMostSamples) return false;
  const auto count = static_cast<std::size_t>(sound.nb_samples);
  const std::uint8_t* const data = sound.data[0];
  const std::size_t before = out.size();
  switch (sound.format) {
    case AV_SAMPLE_FMT_S16:
    case AV_SAMPLE_FMT_S16P:
      out.resize(before + count);
      std::memcpy(out.data() + before, data, count * sizeof(std::int16_t));
      return true;
    case AV_SAMPLE_FMT_FLT:
    case AV_SAMPLE_FMT_FLTP:
      out.reserve(before + count);
      for (std::size_t i = 0; i < count; ++i) {
        float value = 0;
        std::memcpy(&value, data + i * sizeof(value), sizeof(value));
        out.push_back(to_sample(value));
      }
      return true;
    default:
      return false;
  }
}

class FfmpegDecoder final : public Decoder {
 public:
  FfmpegDecoder(Context context, std::uint32_t sample_rate,
                std::function<Frames(core::ByteView)> split)
      : context_(std::move(context)),
        packet_(av_packet_alloc()),
        sound_(av_frame_alloc()),
        sample_rate_(sample_rate),
        split_(std::move(split)) {}

  std::uint32_t sample_rate() const noexcept override { return sample_rate_; }

  bool decode(core::ByteView payload, std::vector<std::int16_t>& out) override {
    Frames parts = split_(payload);
    for (Frame& frame : parts.frames) {
      if (frame.bytes.empty()) {
        out.resize(out.size() + frame.silent_samples);
      } else if (!decode_frame(frame.bytes, out)) {
        return false;
      }
    }
    return parts.is_whole;
  }

 private:
  bool decode_frame(core::Bytes& bytes, std::vector<std::int16_t>& out) {
    if (!packet_ || !sound_) return false;
    const std::size_t size = bytes.size();
    bytes.resize(size + AV_INPUT_BUFFER_PADDING_SIZE);  // FFmpeg reads past the end
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): FFmpeg wants unsigned char
    packet_->data = reinterpret_cast<std::uint8_t*>(bytes.data());
    packet_->size = static_cast<int>(size);
    const int sent = avcodec_send_packet(context_.get(), packet_.get());
    packet_->data = nullptr;
    packet_->size = 0;
    if (sent < 0) return false;
    bool has_sound = false;
    while (avcodec_receive_frame(context_.get(), sound_.get()) == 0) {
      has_sound = append(*sound_, out);
      av_frame_unref(sound_.get());
      if (!has_sound) return false;
    }
    return has_sound;
  }

  Context context_;
  Packet packet_;
  Sound sound_;
  std::uint32_t sample_rate_;
  std::function<Frames(core::ByteView)> split_;
};

}  // namespace

bool has_ffmpeg_decoder(const char* name) {
  return avcodec_find_decoder_by_name(name) != nullptr;
}

std::unique_ptr<Decoder> make_ffmpeg_decoder(const FfmpegCodec& codec,
                                             std::function<Frames(core::ByteView)> split) {
  // A damaged packet is counted by us, not told on stderr by FFmpeg.
  av_log_set_level(AV_LOG_QUIET);
  const AVCodec* const found = avcodec_find_decoder_by_name(codec.name);
  if (found == nullptr) return nullptr;
  Context context(avcodec_alloc_context3(found));
  if (!context) return nullptr;
  context->sample_rate = static_cast<int>(codec.sample_rate);
  context->block_align = codec.frame_bytes;
  context->bits_per_coded_sample = codec.bits_per_sample;
  context->thread_count = 1;
  av_channel_layout_default(&context->ch_layout, 1);
  if (avcodec_open2(context.get(), found, nullptr) < 0) return nullptr;
  return std::make_unique<FfmpegDecoder>(std::move(context), codec.sample_rate, std::move(split));
}

}  // namespace trunkline::media
