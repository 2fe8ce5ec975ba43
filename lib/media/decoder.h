// SPDX-License-Identifier: MIT
#pragma once

// Telephone codecs to 16-bit linear samples of one channel: a row a codec, one way to use them all.
// Opus goes to libopus, G.711 to tables, everything else to FFmpeg.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace trunkline::media {

/// How a session description names a stream's coding.
struct StreamCodec {
  std::string name = {};            ///< "PCMU", "opus", in any case
  std::uint32_t clock_rate = 8000;  ///< of its RTP timestamps, which may not be its sample rate
  unsigned channels = 1;
  std::string parameters = {};  ///< of its fmtp line: "mode=20"

  bool operator==(const StreamCodec&) const = default;
};

/// One stream's decoder: packets of one sender, in the order they came.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::uint32_t sample_rate() const noexcept = 0;
  /// Appends the samples of one RTP payload; false where it is not of this codec (what could be
  /// decoded before that is appended). Frames of comfort noise are silence of their length.
  [[nodiscard]] virtual bool decode(core::ByteView payload, std::vector<std::int16_t>& out) = 0;
};

/// Whether there is a row for it.
bool is_decodable(const StreamCodec& codec);
/// The rate the codec has by nature: 8000 for narrowband, 16000 and more for wideband; 0 without a
/// row.
std::uint32_t sample_rate_of(const StreamCodec& codec);
/// nullptr without a row. `wanted_rate` (8000 or 16000) is what the caller would like best; few
/// codecs can choose.
std::unique_ptr<Decoder> make_decoder(const StreamCodec& codec, std::uint32_t wanted_rate);

/// The names of all rows, as SDP writes them; for tests and for telling what can be recorded.
std::vector<std::string_view> codec_names();

/// "mode" of "mode=20;x=1" (RFC 4855): the value, or nothing.
std::string_view parameter_of(const StreamCodec& codec, std::string_view name);

}  // namespace trunkline::media
