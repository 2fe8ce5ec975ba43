// SPDX-License-Identifier: MIT

// RTP payloads of any codec we decode: the first byte picks the row, the second its parameters, the
// rest is cut into payloads. Decoders stay inside, and what they give is bounded.

#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "media/decoder.h"

namespace {

using namespace trunkline;

constexpr std::size_t kMostSamplesAByte = 2000;

media::StreamCodec codec_of(std::uint8_t row, std::uint8_t variant) {
  const auto names = media::codec_names();
  media::StreamCodec codec{.name = std::string(names[row % names.size()])};
  if (codec.name == "opus") codec = {.name = "opus", .clock_rate = 48'000, .channels = 2};
  if (codec.name == "AMR-WB") codec.clock_rate = 16'000;
  if (codec.name == "speex" && variant % 2 == 1) codec.clock_rate = 16'000;
  if (variant % 2 == 1) codec.parameters = "octet-align=1;mode=20";
  return codec;
}

}  // namespace

FUZZ_TARGET(media_decoder) {
  if (size < 3) return 0;
  const auto decoder =
      media::make_decoder(codec_of(data[0], data[1]), data[1] < 128 ? 8000 : 16'000);
  if (!decoder) std::abort();
  core::ByteView rest(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  std::vector<std::int16_t> samples;
  while (!rest.empty()) {
    const std::size_t length = std::to_integer<std::size_t>(rest.front()) % rest.size();
    const core::ByteView payload = rest.subspan(1, length);
    samples.clear();
    (void)decoder->decode(payload, samples);  // either way is right
    if (samples.size() > kMostSamplesAByte * (length + 1)) std::abort();
    rest = rest.subspan(1 + length);
  }
  return 0;
}
