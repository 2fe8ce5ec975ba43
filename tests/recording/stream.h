// SPDX-License-Identifier: MIT
#pragma once

// Packet arrivals as tables and recordings as run lengths: "20ms 1, 40ms -, 20ms 2" is packet 1's
// samples for 20 ms, silence, packet 2's samples. Runs that are no whole milliseconds are given in
// samples: "1s 3".

#include <cstdint>
#include <string>
#include <vector>

#include "audio/codec.h"
#include "recording/segmenter.h"

namespace trunkline::test {

/// One packet of 20 ms at 8 kHz; its samples are all `mark`.
struct Sent {
  int at_ms = 0;  ///< when it arrived
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  int mark = 0;
  std::uint32_t ssrc = 1;
  bool is_marked = false;
};

inline void place(recording::Segmenter& segmenter, recording::Leg leg, const Sent& sent,
                  audio::Codec codec = audio::Codec::mulaw) {
  const core::Bytes payload(160, static_cast<std::byte>(sent.mark));
  segmenter.place(leg,
                  {.ssrc = sent.ssrc,
                   .sequence = sent.sequence,
                   .timestamp = sent.timestamp,
                   .is_marked = sent.is_marked,
                   .codec = codec,
                   .payload = payload},
                  std::chrono::milliseconds(sent.at_ms));
}

inline std::string describe_run(std::size_t length, std::byte value, std::byte silence) {
  const std::string what = value == silence ? "-" : std::to_string(std::to_integer<int>(value));
  return (length % 8 == 0 ? std::to_string(length / 8) + "ms " : std::to_string(length) + "s ") +
         what;
}

/// One channel of interleaved mu-law.
inline std::string runs_of(const core::Bytes& stereo, recording::Leg leg,
                           std::byte silence = std::byte{0xFF}) {
  std::string text;
  std::size_t length = 0;
  for (std::size_t i = recording::index_of(leg); i < stereo.size(); i += 2) {
    ++length;
    if (i + 2 < stereo.size() && stereo[i + 2] == stereo[i]) continue;
    if (!text.empty()) text += ", ";
    text += describe_run(length, stereo[i], silence);
    length = 0;
  }
  return text;
}

/// Everything that is left, joined.
inline core::Bytes finish(recording::Segmenter& segmenter, int at_ms) {
  core::Bytes all;
  for (const auto& segment : segmenter.finish(std::chrono::milliseconds(at_ms))) {
    all.insert(all.end(), segment.samples.begin(), segment.samples.end());
  }
  return all;
}

}  // namespace trunkline::test
