// SPDX-License-Identifier: MIT
#include "recording/recorder.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace trunkline::recording {
namespace {

constexpr std::uint32_t kNarrow = 8000;
constexpr std::uint32_t kWide = 16'000;

/// The law that the codec's payload is written in as it is.
std::optional<audio::Codec> law_of(const media::StreamCodec& codec) {
  if (codec.clock_rate != kNarrow || codec.channels != 1) return std::nullopt;
  if (core::equals_ignoring_case(codec.name, "PCMU")) return audio::Codec::mulaw;
  if (core::equals_ignoring_case(codec.name, "PCMA")) return audio::Codec::alaw;
  return std::nullopt;
}

}  // namespace

bool PayloadCodec::is_signal() const {
  return core::equals_ignoring_case(codec.name, "telephone-event") ||
         core::equals_ignoring_case(codec.name, "CN");
}

std::optional<audio::Format> format_for(const media::StreamCodec& codec) {
  if (const auto law = law_of(codec)) return audio::Format{.codec = *law, .channels = kLegs};
  const std::uint32_t rate = media::sample_rate_of(codec);
  if (rate == 0) return std::nullopt;
  return audio::Format{.codec = audio::Codec::s16le,
                       .channels = kLegs,
                       .sample_rate = rate < kWide ? kNarrow : kWide};
}

Recorder::Recorder(const audio::Format& format, Elapsed seal_after)
    : segmenter_(format, seal_after),
      streams_{Stream{.clock = StreamClock(format.sample_rate)},
               Stream{.clock = StreamClock(format.sample_rate)}} {}

void Recorder::set_codecs(Leg leg, const std::vector<PayloadCodec>& codecs) {
  Stream& stream = streams_[index_of(leg)];
  stream.last = nullptr;
  stream.codecs.clear();
  for (const PayloadCodec& row : codecs) {
    const auto law = format().sample_rate == kNarrow ? law_of(row.codec) : std::nullopt;
    stream.codecs.push_back({.payload_type = row.payload_type,
                             .is_signal = row.is_signal(),
                             .law = law,
                             .codec = row.codec});
  }
}

const Recorder::Known* Recorder::row_of(Stream& stream, std::uint8_t payload_type) {
  if (stream.last != nullptr && stream.last->payload_type == payload_type) return stream.last;
  const auto found =
      std::find_if(stream.codecs.begin(), stream.codecs.end(),
                   [&](const Known& row) { return row.payload_type == payload_type; });
  if (found == stream.codecs.end()) return nullptr;
  return stream.last = &*found;
}

void Recorder::hear(Leg leg, const rtp::Packet& packet, Elapsed at) {
  Stream& stream = streams_[index_of(leg)];
  Packet heard{.ssrc = packet.ssrc().value(),
               .sequence = packet.sequence_number().value(),
               .is_marked = packet.has_marker()};
  const Known* const named = row_of(stream, packet.payload_type().value());
  if (named != nullptr && named->is_signal) return segmenter_.place(leg, heard, at);

  const bool is_new = !segmenter_.has_seen(leg, heard.ssrc, heard.sequence);
  if (named != nullptr && is_new) {
    heard.codec = named->law.value_or(audio::Codec::s16le);
    heard.payload = named->law ? packet.payload()
                               : std::as_bytes(decode(stream, named->codec, packet.payload()));
  }
  if (is_new && heard.payload.empty() && !packet.payload().empty()) ++stream.packets_unheard;
  if (!heard.payload.empty()) {
    heard.timestamp = stream.clock.scaled(heard.ssrc, packet.timestamp().value(),
                                          named->codec.clock_rate, segmenter_.samples_in(at));
  }
  segmenter_.place(leg, heard, at);
}

std::span<const std::int16_t> Recorder::decode(Stream& stream, const media::StreamCodec& codec,
                                               core::ByteView payload) {
  if (stream.decoded != codec) {
    stream.decoded = codec;
    stream.decoder = media::make_decoder(codec, format().sample_rate);
    stream.resampler.reset();
  }
  if (!stream.decoder) return {};
  stream.samples.clear();
  // What could be decoded of a damaged packet is its share of the recording.
  (void)stream.decoder->decode(payload, stream.samples);
  const std::uint32_t rate = stream.decoder->sample_rate();
  if (rate == format().sample_rate) return stream.samples;
  if (!stream.resampler) stream.resampler.emplace(rate, format().sample_rate);
  return stream.resampler->push(stream.samples);
}

Account Recorder::account() const {
  Account account;
  for (const Leg leg : {Leg::caller, Leg::called}) {
    account.legs[index_of(leg)] = segmenter_.account(leg);
    account.media_ms[index_of(leg)] = segmenter_.media_ms(leg);
    account.packets_unheard[index_of(leg)] = streams_[index_of(leg)].packets_unheard;
  }
  return account;
}

}  // namespace trunkline::recording
