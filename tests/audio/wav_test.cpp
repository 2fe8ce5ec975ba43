// SPDX-License-Identifier: MIT
#include "audio/wav.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "audio/g711.h"
#include "audio/two_tones.h"

namespace trunkline::audio {

namespace {

Clip recorded_clip() {
  return {.sample_rate = 8000, .channels = 2, .samples = two_tones(8000, 1)};
}

core::Bytes stream_of(const Clip& clip, Codec codec, bool is_length_known) {
  const core::Bytes samples = from_linear(codec, clip.samples);
  const Format format{.codec = codec, .channels = clip.channels, .sample_rate = clip.sample_rate};
  core::Bytes stream = wav_header(
      format, is_length_known ? std::optional<std::uint64_t>(samples.size()) : std::nullopt);
  stream.insert(stream.end(), samples.begin(), samples.end());
  return stream;
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const char* name)
      : path_(std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + "-" + name)) {}
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("wav: the header of a stream is what RIFF says, field by field", "[wav]") {
  const core::Bytes header =
      wav_header({.codec = Codec::mulaw, .channels = 2, .sample_rate = 8000}, 32000);
  const std::string expected =
      "52494646"  // RIFF
      "327d0000"  // 32050 = 4 + 8 + 18 + 12 + 8 + 32000
      "57415645"  // WAVE
      "666d7420"  // "fmt "
      "12000000"  // 18 bytes
      "0700"      // mu-law
      "0200"      // channels
      "401f0000"  // 8000 frames per second
      "803e0000"  // 16000 bytes per second
      "0200"      // bytes per frame
      "0800"      // bits per sample
      "0000"      // no extension
      "66616374"  // fact
      "04000000"
      "803e0000"  // 16000 frames
      "64617461"  // data
      "007d0000";
  CHECK(core::to_hex(header) == expected);
}

TEST_CASE("wav: a stream of known or unknown length reads back", "[wav]") {
  const Clip clip = recorded_clip();
  for (const Codec codec : {Codec::mulaw, Codec::alaw, Codec::s16le}) {
    for (const bool is_known : {true, false}) {
      CAPTURE(name_of(codec), is_known);
      const auto read = parse_wav(stream_of(clip, codec, is_known));
      REQUIRE(read);
      CHECK(read->channels == 2);
      CHECK(read->sample_rate == 8000);
      CHECK(read->duration_ms() == 1000);
      CHECK(read->samples == to_linear(codec, from_linear(codec, clip.samples)));
      CHECK(test::tone_amplitude(read->channel(0), 440) == Approx(8000).margin(200));
      CHECK(test::tone_amplitude(read->channel(1), 440) < 100);
    }
  }
}

TEST_CASE("wav: files are written and read back through libsndfile", "[wav]") {
  const TemporaryFile file("wav_test.wav");
  const Clip clip = recorded_clip();
  write_wav(file.path(), clip, Codec::alaw);
  const auto read = read_wav(file.path());
  REQUIRE(read);
  CHECK(read->frames() == 8000);
  CHECK(test::tone_amplitude(read->channel(1), 1000) == Approx(8000).margin(200));
  CHECK(std::filesystem::file_size(file.path()) < 17000);
}

TEST_CASE("wav: what is not WAV is refused in one line", "[wav]") {
  const auto missing = read_wav("/nonexistent/file.wav");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == core::ExitCode::no_input);
  CHECK(missing.error().message ==
        "cannot open WAV file /nonexistent/file.wav: No such file or directory");

  const auto text = parse_wav(core::as_bytes("hello, I am not audio"));
  REQUIRE_FALSE(text);
  CHECK(text.error().message == "bytes are not a WAV file");

  const core::Bytes whole = stream_of(recorded_clip(), Codec::mulaw, true);
  for (std::size_t length = 0; length < 60; ++length) {
    const auto cut = parse_wav(core::ByteView(whole).first(length));
    if (cut) CHECK(cut->frames() == (length < 58 ? 0 : (length - 58) / 2));
  }
  CHECK_THROWS_AS(write_wav("/nonexistent/file.wav", recorded_clip()), core::Error);
}

}  // namespace trunkline::audio
