// SPDX-License-Identifier: MIT

// Whatever sequence numbers, timestamps and times a sender makes up, samples stay inside the open
// segments and the segments keep their length. Each packet is 16 bytes of input: leg, source,
// marker and law, sequence, timestamp, payload length, milliseconds since the last.

#include <cassert>
#include <cstdint>
#include <span>

#include "fuzz/target.h"
#include "recording/segmenter.h"

using trunkline::core::read_u16;
using trunkline::core::read_u32;
namespace recording = trunkline::recording;
namespace audio = trunkline::audio;

FUZZ_TARGET(recording_segmenter) {
  recording::Segmenter segmenter({.codec = audio::Codec::alaw, .channels = 2});
  const trunkline::core::Bytes samples(65536, std::byte{1});
  recording::Elapsed now{0};
  auto input = std::as_bytes(std::span(data, size));
  for (; input.size() >= 16; input = input.subspan(16)) {
    const auto flags = std::to_integer<unsigned>(input[0]);
    now += std::chrono::milliseconds(read_u16(input, 10) % 5000);
    while (const auto segment = segmenter.take_sealed(now)) {
      assert(segment->samples.size() == segmenter.segment_bytes());
    }
    segmenter.place((flags & 1U) != 0 ? recording::Leg::called : recording::Leg::caller,
                    {.ssrc = (flags >> 1U) & 3U,
                     .sequence = read_u16(input, 2),
                     .timestamp = read_u32(input, 4),
                     .is_marked = (flags & 8U) != 0,
                     .codec = (flags & 16U) != 0 ? audio::Codec::alaw : audio::Codec::mulaw,
                     .payload = std::span(samples).first(read_u16(input, 8))},
                    now);
  }
  const auto rest = segmenter.finish(now);
  assert(!rest.empty() && rest.back().is_last);
  return 0;
}
