// SPDX-License-Identifier: MIT
#include "recording/recorder.h"

#include "core/text.h"

namespace trunkline::recording {

Recorder::Recorder(const audio::Format& format, Elapsed seal_after)
    : segmenter_(format, seal_after) {}

Recorder::Coding Recorder::coding_of(const PayloadCodec& codec) {
  if (core::equals_ignoring_case(codec.name, "telephone-event") ||
      core::equals_ignoring_case(codec.name, "CN")) {
    return Coding::signal;
  }
  if (codec.clock_rate != 8000 || codec.channels != 1) return Coding::unknown;
  if (core::equals_ignoring_case(codec.name, "PCMU")) return Coding::mulaw;
  if (core::equals_ignoring_case(codec.name, "PCMA")) return Coding::alaw;
  return Coding::unknown;
}

void Recorder::set_codecs(Leg leg, const std::vector<PayloadCodec>& codecs) {
  auto& codings = codings_[index_of(leg)];
  codings.fill(Coding::unknown);
  for (const PayloadCodec& codec : codecs) {
    if (codec.payload_type < codings.size()) codings[codec.payload_type] = coding_of(codec);
  }
}

void Recorder::hear(Leg leg, const rtp::Packet& packet, Elapsed at) {
  Packet heard{.ssrc = packet.ssrc().value(),
               .sequence = packet.sequence_number().value(),
               .timestamp = packet.timestamp().value(),
               .is_marked = packet.has_marker()};
  switch (codings_[index_of(leg)][packet.payload_type().value() & 0x7FU]) {
    case Coding::mulaw:
      heard.codec = audio::Codec::mulaw;
      heard.payload = packet.payload();
      break;
    case Coding::alaw:
      heard.codec = audio::Codec::alaw;
      heard.payload = packet.payload();
      break;
    case Coding::unknown:
      ++packets_unheard_[index_of(leg)];
      break;
    case Coding::signal:
      break;
  }
  segmenter_.place(leg, heard, at);
}

Account Recorder::account() const {
  Account account;
  for (const Leg leg : {Leg::caller, Leg::called}) {
    account.legs[index_of(leg)] = segmenter_.account(leg);
    account.media_ms[index_of(leg)] = segmenter_.media_ms(leg);
  }
  account.packets_unheard = packets_unheard_;
  return account;
}

}  // namespace trunkline::recording
