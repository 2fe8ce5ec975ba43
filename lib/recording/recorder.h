// SPDX-License-Identifier: MIT
#pragma once

// One call's recording in memory: both legs' RTP packets go in, in whatever codecs their session
// descriptions number, whole stereo segments come out. The format is fixed; each packet is turned
// into it. No socket, no clock; times are durations since the recording began.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/codec.h"
#include "recording/account.h"
#include "recording/segmenter.h"
#include "rtp/packet.h"

namespace trunkline::recording {

/// What a payload number means, as the session description says it.
struct PayloadCodec {
  std::uint8_t payload_type = 0;
  std::string name = {};
  std::uint32_t clock_rate = 8000;
  unsigned channels = 1;
  std::string parameters = {};  ///< of its fmtp line

  bool operator==(const PayloadCodec&) const = default;
};

class Recorder {
 public:
  explicit Recorder(const audio::Format& format, Elapsed seal_after = kSealAfter);

  /// What that party may send from now on.
  void set_codecs(Leg leg, const std::vector<PayloadCodec>& codecs);
  /// Take what is due first: the packet must find its segment open.
  void hear(Leg leg, const rtp::Packet& packet, Elapsed at);

  bool is_due(Elapsed at) const { return segmenter_.is_due(at); }
  std::optional<Segment> take_sealed(Elapsed at) { return segmenter_.take_sealed(at); }
  std::vector<Segment> finish(Elapsed at) { return segmenter_.finish(at); }
  void pause(Elapsed at) { segmenter_.pause(at); }
  void resume(Elapsed at) { segmenter_.resume(at); }

  Account account() const;
  const audio::Format& format() const { return segmenter_.format(); }

 private:
  enum class Coding : std::uint8_t { unknown, mulaw, alaw, signal };
  static Coding coding_of(const PayloadCodec& codec);

  Segmenter segmenter_;
  std::array<std::array<Coding, 128>, kLegs> codings_{};
  std::array<std::uint64_t, kLegs> packets_unheard_{};
};

}  // namespace trunkline::recording
