// SPDX-License-Identifier: MIT
#include "audio/opus_file.h"

#include <fcntl.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "audio/heard.h"
#include "support/temporary_directory.h"
#include "support/tone.h"

namespace trunkline::audio {
namespace {

constexpr double kTone = 440;
constexpr std::size_t kWindowMs = 50;  // whole periods of the tone

std::filesystem::path write(const std::filesystem::path& path, const Format& format,
                            std::span<const std::int16_t> samples) {
  OpusFile file(os::Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)), format);
  constexpr std::size_t kBlock = 5000;
  for (std::size_t at = 0; at < samples.size(); at += kBlock) {
    file.write(samples.subspan(at, std::min(kBlock, samples.size() - at)));
  }
  file.finish();
  return path;
}

/// What is in that stretch beside the tone, as a part of the tone: a click is.
double beside_tone(const Heard& heard, std::size_t from_ms) {
  const auto at = [&](std::size_t ms) {
    return static_cast<std::size_t>(static_cast<double>(ms) * heard.rate() / 1000);
  };
  const auto window = std::span(heard.samples).subspan(at(from_ms), at(kWindowMs));
  double energy = 0;
  for (const std::int16_t sample : window) energy += static_cast<double>(sample) * sample;
  const double tone = test::tone_amplitude(window, kTone, heard.rate());
  const double all = energy / static_cast<double>(window.size());
  return std::abs(all - tone * tone / 2) / (tone * tone / 2);
}

}  // namespace

TEST_CASE("opus file: it is as long as what was written, to the sample", "[audio]") {
  const std::uint32_t rate = GENERATE(8000U, 16'000U, 48'000U);
  const std::uint16_t channels = GENERATE(std::uint16_t{1}, std::uint16_t{2});
  const std::size_t frames = GENERATE(0U, 1U, 479U, 480U, 8001U, 300'000U);
  INFO(rate << " Hz, " << channels << " channels, " << frames << " frames");
  const test::TemporaryDirectory directory;
  const std::vector<std::int16_t> samples(frames * channels);
  const auto path =
      write(directory.path() / "sound",
            {.codec = Codec::s16le, .channels = channels, .sample_rate = rate}, samples);
  if (frames == 0) return;  // libsndfile opens no file without sound
  const Heard heard = listen(path, channels);
  CHECK(static_cast<double>(heard.info.frames) / heard.rate() ==
        Approx(static_cast<double>(frames) / rate).margin(1.0 / rate));
}

TEST_CASE("opus file: where one encoder takes over from another nothing is heard", "[audio]") {
  constexpr std::size_t kStretchMs = std::size_t{OpusFile::kStretchPackets} * OpusFile::kPacketMs;
  const std::uint32_t rate = GENERATE(8000U, 16'000U);
  const test::TemporaryDirectory directory;
  const auto tone = test::make_tone(kTone, rate * (3 * kStretchMs + 5000) / 1000, 8000.0, rate);
  const Heard heard =
      listen(write(directory.path() / "sound",
                   {.codec = Codec::s16le, .channels = 1, .sample_rate = rate}, tone),
             1);
  // An encoder that begins cold is silent for its look-ahead: a tenth of the window and more.
  constexpr double kCodecsOwn = 0.03;
  for (std::size_t joint = kStretchMs; joint <= 3 * kStretchMs; joint += kStretchMs) {
    for (std::size_t ms = joint - 50; ms <= joint + 100; ms += 10) {
      INFO(rate << " Hz, at " << ms << " ms");
      CHECK(beside_tone(heard, ms) <= kCodecsOwn);
    }
  }
}

}  // namespace trunkline::audio
