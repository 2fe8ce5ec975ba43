// SPDX-License-Identifier: MIT
#include "support/sound.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <stdexcept>

#include "audio/wav.h"
#include "support/tone.h"

namespace trunkline::test {
namespace {

constexpr double kAmplitude = 8000.0;
/// A tone counts as heard from a quarter of what was said on: codecs and levels take some.
constexpr double kHeard = kAmplitude / 4;
constexpr int kSilent = 200;
constexpr core::Milliseconds kPiece{100};

std::vector<std::span<const std::int16_t>> pieces(const Channel& channel) {
  std::vector<std::span<const std::int16_t>> all;
  const std::size_t size = channel.sample_rate / 10;
  const std::span<const std::int16_t> samples(channel.samples);
  for (std::size_t at = 0; at + size <= samples.size(); at += size) {
    all.push_back(samples.subspan(at, size));
  }
  return all;
}

}  // namespace

void write_tone(const std::filesystem::path& wav, double hertz, core::Milliseconds length,
                const SoundForm& form) {
  audio::Clip clip;
  clip.sample_rate = form.sample_rate;
  clip.channels = form.channels;
  const auto tone =
      make_tone(hertz, static_cast<std::size_t>(length.count()) * form.sample_rate / 1000,
                kAmplitude, form.sample_rate);
  clip.samples.reserve(tone.size() * form.channels);
  for (const std::int16_t sample : tone)
    clip.samples.insert(clip.samples.end(), form.channels, sample);
  audio::write_wav(wav, clip);
}

core::Milliseconds Channel::length() const {
  return core::Milliseconds(samples.size() * 1000 / sample_rate);
}

double Channel::loudest(double hertz) const {
  double loudest = 0;
  for (const auto piece : pieces(*this)) {
    loudest = std::max(loudest, tone_amplitude(piece, hertz, sample_rate));
  }
  return loudest;
}

core::Milliseconds Channel::heard_for(double hertz) const {
  core::Milliseconds total{0};
  for (const auto piece : pieces(*this)) {
    if (tone_amplitude(piece, hertz, sample_rate) >= kHeard) total += kPiece;
  }
  return total;
}

core::Milliseconds Channel::silent_for() const {
  core::Milliseconds total{0};
  for (const auto piece : pieces(*this)) {
    const bool is_silent = std::all_of(piece.begin(), piece.end(), [](std::int16_t sample) {
      return std::abs(sample) <= kSilent;
    });
    if (is_silent) total += kPiece;
  }
  return total;
}

Channel read_channel(const std::filesystem::path& wav, std::uint16_t index) {
  const auto clip = core::value_or_throw(audio::read_wav(wav));
  if (index >= clip.channels) throw std::runtime_error(wav.string() + " has no such channel");
  return Channel{.sample_rate = clip.sample_rate, .samples = clip.channel(index)};
}

}  // namespace trunkline::test
