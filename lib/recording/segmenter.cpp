// SPDX-License-Identifier: MIT
#include "recording/segmenter.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "audio/g711.h"

namespace trunkline::recording {

// s16le in memory is what our processors hold.
static_assert(std::endian::native == std::endian::little);

namespace {

/// The first half of `channels` becomes every other sample of `out`, the second half the rest.
template <class Sample>
void weave(core::ByteView channels, std::span<std::byte> out) {
  const std::byte* left = channels.data();
  const std::byte* right = left + channels.size() / 2;
  std::byte* frame = out.data();
  for (const std::byte* const end = right; left < end; frame += 2 * sizeof(Sample)) {
    std::memcpy(frame, left, sizeof(Sample));
    std::memcpy(frame + sizeof(Sample), right, sizeof(Sample));
    left += sizeof(Sample);
    right += sizeof(Sample);
  }
}

}  // namespace

Segmenter::Segmenter(const audio::Format& format, Elapsed seal_after, std::uint16_t segment_ms)
    : format_(format),
      seal_after_(seal_after),
      segment_length_(segment_ms),
      frame_bytes_(format.bytes_per_frame()),
      segment_frames_(std::size_t{format.sample_rate} * segment_ms / 1000),
      due_at_(segment_length_ + seal_after),
      placements_{Placement(format.sample_rate), Placement(format.sample_rate)} {
  assert(format.channels == kLegs);
}

void Segmenter::place(Leg leg, const Packet& packet, Elapsed at) {
  const Arrival arrival{.ssrc = packet.ssrc,
                        .sequence = packet.sequence,
                        .timestamp = packet.timestamp,
                        .is_marked = packet.is_marked,
                        .samples = static_cast<std::uint32_t>(
                            packet.payload.size() / audio::bytes_per_sample(packet.codec)),
                        .arrived_at = samples_in(at)};
  const auto open_from = open_index_ * static_cast<std::int64_t>(segment_frames_);
  const Place place = placements_[index_of(leg)].place(arrival, open_from);
  if (packet.payload.empty() || place.verdict == Verdict::duplicate) return;

  LegAccount& account = accounts_[index_of(leg)];
  ++account.packets_received;
  if (is_paused()) {
    ++account.packets_paused;
    return;
  }
  if (place.verdict == Verdict::late) {
    ++account.packets_late;
    return;
  }
  if (place.repeats_first)
    write(leg, place.position - 1, packet.codec,
          packet.payload.first(audio::bytes_per_sample(packet.codec)));
  const std::size_t written = write(leg, place.position, packet.codec, packet.payload);
  account.samples_written += written;
  ++(written > 0 ? account.packets_written : account.packets_late);
}

std::size_t Segmenter::write(Leg leg, std::int64_t position, audio::Codec codec,
                             core::ByteView payload) {
  const std::size_t in_bytes = audio::bytes_per_sample(codec);
  const std::size_t out_bytes = audio::bytes_per_sample(format_.codec);
  const auto frames = static_cast<std::int64_t>(segment_frames_);
  const auto samples = static_cast<std::int64_t>(payload.size() / in_bytes);
  const std::int64_t begin = std::max(position, open_index_ * frames);
  const std::int64_t end = std::min(position + samples, (open_index_ + kOpenSegments) * frames);
  for (std::int64_t at = begin; at < end;) {
    const std::int64_t index = at / frames;
    const std::int64_t stop = std::min(end, (index + 1) * frames);
    const std::size_t offset =
        index_of(leg) * segment_frames_ + static_cast<std::size_t>(at - index * frames);
    std::byte* const out = opened(index).data() + offset * out_bytes;
    put_samples(payload.subspan(static_cast<std::size_t>(at - position) * in_bytes,
                                static_cast<std::size_t>(stop - at) * in_bytes),
                codec, out);
    at = stop;
  }
  return end > begin ? static_cast<std::size_t>(end - begin) : 0;
}

void Segmenter::put_samples(core::ByteView samples, audio::Codec codec, std::byte* out) const {
  constexpr auto kLinear = audio::Codec::s16le;
  if (codec == format_.codec) {
    std::memcpy(out, samples.data(), samples.size());
    return;
  }
  if (codec != kLinear && format_.codec != kLinear) {
    const auto conversion = audio::g711_conversion(codec, format_.codec);
    for (const std::byte sample : samples) {
      *out++ = conversion[std::to_integer<std::size_t>(sample)];
    }
    return;
  }
  if (codec != kLinear) {
    const bool is_mulaw = codec == audio::Codec::mulaw;
    for (const std::byte sample : samples) {
      const std::int16_t linear =
          is_mulaw ? audio::decode_mulaw(sample) : audio::decode_alaw(sample);
      std::memcpy(out, &linear, sizeof(linear));
      out += sizeof(linear);
    }
    return;
  }
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
    std::int16_t linear = 0;
    std::memcpy(&linear, samples.data() + i, sizeof(linear));
    *out++ = format_.codec == audio::Codec::mulaw ? audio::encode_mulaw(linear)
                                                  : audio::encode_alaw(linear);
  }
}

core::Bytes& Segmenter::opened(std::int64_t index) {
  core::Bytes& channels = open_[static_cast<std::size_t>(index % kOpenSegments)];
  if (channels.empty()) channels.assign(segment_bytes(), audio::silence_of(format_.codec));
  return channels;
}

core::Bytes Segmenter::take_oldest() {
  core::Bytes& channels = open_[static_cast<std::size_t>(open_index_ % kOpenSegments)];
  core::Bytes samples = channels.empty()
                            ? core::Bytes(segment_bytes(), audio::silence_of(format_.codec))
                            : woven(channels);
  channels.clear();  // its memory serves the next one
  ++open_index_;
  due_at_ = segment_length_ * (open_index_ + 1) + seal_after_;
  return samples;
}

core::Bytes Segmenter::woven(const core::Bytes& channels) const {
  core::Bytes samples(channels.size());
  const bool is_linear = format_.codec == audio::Codec::s16le;
  if (is_linear) {
    weave<std::uint16_t>(channels, samples);
  } else {
    weave<std::uint8_t>(channels, samples);
  }
  return samples;
}

std::optional<Segment> Segmenter::take_sealed(Elapsed at) {
  if (!is_due(at)) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(open_index_);
  return Segment{.index = index, .samples = take_oldest(), .is_last = false};
}

std::vector<Segment> Segmenter::finish(Elapsed at) {
  resume(at);
  const auto frames = static_cast<std::int64_t>(segment_frames_);
  const std::int64_t end = std::max(samples_in(at), open_index_ * frames);
  std::vector<Segment> segments;
  while (end > (open_index_ + 1) * frames) {
    const auto index = static_cast<std::uint32_t>(open_index_);
    segments.push_back({.index = index, .samples = take_oldest(), .is_last = false});
  }
  const auto length = static_cast<std::size_t>(end - open_index_ * frames) * frame_bytes_;
  const auto index = static_cast<std::uint32_t>(open_index_);
  segments.push_back({.index = index, .samples = take_oldest(), .is_last = true});
  segments.back().samples.resize(length);
  return segments;
}

void Segmenter::pause(Elapsed at) {
  if (!paused_at_) paused_at_ = at;
}

void Segmenter::resume(Elapsed at) {
  if (!paused_at_) return;
  const auto paused = std::chrono::duration_cast<std::chrono::milliseconds>(at - *paused_at_);
  for (LegAccount& account : accounts_) {
    account.paused_ms += static_cast<std::uint64_t>(std::max<std::int64_t>(paused.count(), 0));
  }
  paused_at_.reset();
}

LegAccount Segmenter::account(Leg leg) const {
  LegAccount account = accounts_[index_of(leg)];
  account.packets_lost = placements_[index_of(leg)].packets_lost();
  return account;
}

std::uint64_t Segmenter::media_ms(Leg leg) const {
  return accounts_[index_of(leg)].samples_written * 1000 / format_.sample_rate;
}

std::int64_t Segmenter::samples_in(Elapsed time) const {
  return time.count() * static_cast<std::int64_t>(format_.sample_rate) / 1'000'000;
}

}  // namespace trunkline::recording
