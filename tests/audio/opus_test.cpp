// SPDX-License-Identifier: MIT
#include "audio/opus.h"

#include <catch2/catch.hpp>

namespace trunkline::audio {

TEST_CASE("opus: a packet has the length its first byte says, at either rate", "[opus]") {
  // RFC 6716 3.1: configuration 1 (silk, narrowband, 20 ms), mono, one frame of 0 bytes.
  const core::Bytes silent{std::byte{1U << 3U}};
  for (const std::uint32_t rate : {8000U, 16'000U}) {
    OpusDecoder decoder(rate);
    std::vector<std::int16_t> samples{7};
    CHECK(decoder.decode(silent, samples));
    CHECK(samples.size() == 1 + rate / 50);
    CHECK(samples[0] == 7);
  }
}

TEST_CASE("opus: nothing comes of an empty or a broken packet", "[opus]") {
  OpusDecoder decoder(16'000);
  std::vector<std::int16_t> samples;
  CHECK_FALSE(decoder.decode({}, samples));
  // Code 3 with 63 frames of 60 ms: over 120 ms.
  CHECK_FALSE(decoder.decode(core::from_hex("1f3f").value(), samples));
  CHECK(samples.empty());
}

}  // namespace trunkline::audio
