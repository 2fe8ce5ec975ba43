// SPDX-License-Identifier: MIT
#pragma once

// One call's recording in memory: both legs' RTP packets go in, in whatever codecs their session
// descriptions number, whole stereo segments come out. The format is fixed; each packet is decoded
// and resampled to it. G.711 is never decoded where the format is G.711. No socket, no clock; times
// are durations since the recording began.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/codec.h"
#include "media/decoder.h"
#include "media/resampler.h"
#include "recording/account.h"
#include "recording/segmenter.h"
#include "recording/stream_clock.h"
#include "rtp/packet.h"

namespace trunkline::recording {

/// What a payload number means, as the session description says it.
struct PayloadCodec {
  std::uint8_t payload_type = 0;
  media::StreamCodec codec = {};

  /// telephone-event (RFC 4733) or comfort noise (RFC 3389): in the sequence, but no samples. Both
  /// are silence in a recording.
  bool is_signal() const;
  bool operator==(const PayloadCodec&) const = default;
};

/// The format that a call is recorded in which begins with that codec: G.711 as it is, other
/// narrowband as 16-bit at 8 kHz, wideband at 16 kHz. Nothing where it cannot be decoded.
std::optional<audio::Format> format_for(const media::StreamCodec& codec);

class Recorder {
 public:
  explicit Recorder(const audio::Format& format, Elapsed seal_after = kSealAfter);

  /// What that party may send from now on.
  void set_codecs(Leg leg, const std::vector<PayloadCodec>& codecs);
  /// Take what is due first: the packet must find its segment open.
  void hear(Leg leg, const rtp::Packet& packet, Elapsed at);

  /// When the next segment seals.
  Elapsed due_at() const { return segmenter_.due_at(); }
  bool is_due(Elapsed at) const { return segmenter_.is_due(at); }
  std::optional<Segment> take_sealed(Elapsed at) { return segmenter_.take_sealed(at); }
  std::vector<Segment> finish(Elapsed at) { return segmenter_.finish(at); }
  void pause(Elapsed at) { segmenter_.pause(at); }
  void resume(Elapsed at) { segmenter_.resume(at); }

  Account account() const;
  const audio::Format& format() const { return segmenter_.format(); }

 private:
  /// A row of what a party may send, with what each packet asks of it.
  struct Known {
    std::uint8_t payload_type = 0;
    bool is_signal = false;
    std::optional<audio::Codec> law = {};  ///< that its payload is written in as it is
    media::StreamCodec codec = {};
  };
  /// One party's stream: the decoder of what it sent last.
  struct Stream {
    const Known* last = nullptr;  ///< the row of the last packet: the next one's, too, as a rule
    std::vector<Known> codecs = {};
    StreamClock clock;
    std::optional<media::StreamCodec> decoded = {};
    std::unique_ptr<media::Decoder> decoder = {};
    std::optional<media::Resampler> resampler = {};
    std::vector<std::int16_t> samples = {};
    std::uint64_t packets_unheard = 0;
  };
  static const Known* row_of(Stream& stream, std::uint8_t payload_type);
  /// The packet's samples at the recording's rate; nothing where it holds none we understand.
  std::span<const std::int16_t> decode(Stream& stream, const media::StreamCodec& codec,
                                       core::ByteView payload);

  Segmenter segmenter_;
  std::array<Stream, kLegs> streams_;
};

}  // namespace trunkline::recording
