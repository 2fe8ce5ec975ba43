// SPDX-License-Identifier: MIT
#include "audio/sound_writer.h"

#include <fcntl.h>

#include <catch2/catch.hpp>

#include "audio/g711.h"
#include "audio/heard.h"
#include "audio/two_tones.h"
#include "support/temporary_directory.h"
#include "support/tone.h"

namespace trunkline::audio {
namespace {

os::Fd make(const std::filesystem::path& path) {
  return os::Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

TEST_CASE("sound file: each type keeps both channels, whatever is recorded", "[audio]") {
  const auto type = GENERATE(FileType::wav, FileType::flac, FileType::opus);
  const auto codec = GENERATE(Codec::mulaw, Codec::alaw, Codec::s16le);
  const std::uint32_t sample_rate = GENERATE(8000U, 16000U);
  INFO(name_of(type) << " from " << name_of(codec) << " at " << sample_rate);
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "sound";
  const std::vector<std::int16_t> samples = two_tones(sample_rate, 2);
  const core::Bytes recorded = from_linear(codec, samples);
  auto writer = SoundWriter::begin(make(path), type,
                                   {.codec = codec, .channels = 2, .sample_rate = sample_rate})
                    .value();
  // Cut anywhere, also in the middle of a sample.
  for (std::size_t at = 0; at < recorded.size(); at += 4093)
    writer.write(
        core::ByteView(recorded).subspan(at, std::min<std::size_t>(4093, recorded.size() - at)));
  writer.finish();

  const Heard heard = listen(path, 2);
  const double rate = heard.rate();
  CHECK(static_cast<double>(heard.info.frames) / rate == Approx(2.0).margin(0.03));
  if (type == FileType::opus) {
    // A codec of speech: it gives tones back within 1.5 dB.
    CHECK(test::tone_amplitude(heard.channel(0), kLeft, rate) == Approx(8000).epsilon(0.16));
    CHECK(test::tone_amplitude(heard.channel(1), kRight, rate) == Approx(8000).epsilon(0.16));
    CHECK(test::tone_amplitude(heard.channel(1), kLeft, rate) < 80);
    CHECK(test::tone_amplitude(heard.channel(0), kRight, rate) < 80);
    return;
  }
  CHECK(heard.samples == to_linear(codec, recorded));
}

TEST_CASE("sound file: what a type cannot hold is refused", "[audio]") {
  const test::TemporaryDirectory directory;
  const auto refused =
      SoundWriter::begin(make(directory.path() / "x"), FileType::opus,
                         {.codec = Codec::s16le, .channels = 2, .sample_rate = 11'025});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "cannot write 2 channels at 11025 Hz as opus");
  CHECK(refused.error().hint == "wav takes all that is recorded");
}

TEST_CASE("sound file: a full disk is an error", "[audio]") {
  os::Fd full(::open("/dev/full", O_RDWR | O_CLOEXEC));
  REQUIRE(full);
  const auto type = GENERATE(FileType::wav, FileType::flac, FileType::opus);
  auto begun = SoundWriter::begin(std::move(full), type, {.channels = 1});
  if (!begun) return;  // it saw at once
  const core::Bytes noise = from_linear(Codec::mulaw, two_tones(8000, 2));
  CHECK_THROWS_AS(([&] {
                    for (int i = 0; i < 64; ++i) begun->write(noise);
                    begun->finish();
                  }()),
                  core::Error);
}

TEST_CASE("sound file: types have names and ends of file names", "[audio]") {
  for (const std::string& name : file_type_names())
    CHECK(name_of(parse_file_type(name).value()) == name);
  CHECK(parse_file_type("mp3").error().message == "unknown type of sound file 'mp3'");
  CHECK(file_type_of("a/b.WAV") == FileType::wav);
  CHECK(file_type_of("b.flac") == FileType::flac);
  CHECK(file_type_of("b.ogg") == FileType::opus);
  CHECK(file_type_of("b.opus") == FileType::opus);
  CHECK(file_type_of("b.mp3") == std::nullopt);
  CHECK(file_type_of("wav") == std::nullopt);
}

}  // namespace
}  // namespace trunkline::audio
