// SPDX-License-Identifier: MIT
#include "audio/wav.h"

#include <limits>
#include <string_view>

namespace trunkline::audio {
namespace {

constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

std::uint16_t format_tag(Codec codec) {
  switch (codec) {
    case Codec::mulaw:
      return 7;
    case Codec::alaw:
      return 6;
    case Codec::s16le:
      break;
  }
  return 1;
}

/// RIFF is little-endian.
class Little {
 public:
  void text(std::string_view text) {
    const core::ByteView bytes = core::as_bytes(text);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void u16(std::size_t value) { number(value, 2); }
  void u32(std::size_t value) { number(value, 4); }
  core::Bytes take() && { return std::move(bytes_); }

 private:
  void number(std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i, value >>= 8U) {
      bytes_.push_back(static_cast<std::byte>(value & 0xFFU));
    }
  }
  core::Bytes bytes_;
};

}  // namespace

core::Bytes wav_header(const Format& format, std::optional<std::uint64_t> data_bytes) {
  const bool is_pcm = format.codec == Codec::s16le;
  // Formats other than PCM have an extension size in "fmt " and a "fact" chunk with the frames.
  const std::uint32_t fmt_bytes = is_pcm ? 16 : 18;
  const std::uint32_t overhead = 4 + 8 + fmt_bytes + (is_pcm ? 0 : 12) + 8;
  // A chunk of odd length has a pad byte behind it, which the stream's writer would have to add;
  // the RIFF size counts it.
  const bool is_known =
      data_bytes && *data_bytes < std::numeric_limits<std::uint32_t>::max() - overhead - 1;

  Little out;
  out.text("RIFF");
  out.u32(is_known ? overhead + *data_bytes + (*data_bytes & 1U) : kUnknown);
  out.text("WAVE");
  out.text("fmt ");
  out.u32(fmt_bytes);
  out.u16(format_tag(format.codec));
  out.u16(format.channels);
  out.u32(format.sample_rate);
  out.u32(format.bytes_per_second());
  out.u16(format.bytes_per_frame());
  out.u16(8 * bytes_per_sample(format.codec));
  if (!is_pcm) {
    out.u16(0);
    out.text("fact");
    out.u32(4);
    out.u32(is_known ? *data_bytes / format.bytes_per_frame() : kUnknown);
  }
  out.text("data");
  out.u32(is_known ? *data_bytes : kUnknown);
  return std::move(out).take();
}

std::vector<std::int16_t> Clip::channel(std::uint16_t index) const {
  std::vector<std::int16_t> one;
  one.reserve(frames());
  for (std::size_t i = index; i < samples.size(); i += channels) one.push_back(samples[i]);
  return one;
}

std::uint64_t Clip::duration_ms() const {
  return sample_rate == 0 ? 0 : static_cast<std::uint64_t>(frames()) * 1000 / sample_rate;
}

}  // namespace trunkline::audio
