// SPDX-License-Identifier: MIT

// One contract for every row of the codec table. tests/media/streams holds a tone of 440 Hz
// (amplitude 8000) as other people's encoders wrote it: bcg729, opencore-amr, vo-amrwbenc, libgsm,
// libspeex, libopus, FFmpeg. The first line names the codec as SDP does, each other line is an RTP
// payload.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "core/text.h"
#include "media/decoder.h"
#include "support/tone.h"

namespace trunkline::media {
namespace {

struct Stream {
  std::string file;
  StreamCodec codec;
  std::vector<core::Bytes> payloads;
};

StreamCodec parse_codec(const std::string& line) {
  std::istringstream words(line.substr(1));
  StreamCodec codec;
  std::string named;
  words >> named >> codec.parameters;
  const auto first = named.find('/');
  const auto second = named.find('/', first + 1);
  codec.name = named.substr(0, first);
  codec.clock_rate = static_cast<std::uint32_t>(std::stoul(named.substr(first + 1)));
  if (second != std::string::npos) codec.channels = 2;
  return codec;
}

std::vector<Stream> streams() {
  std::vector<Stream> all;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(TRUNKLINE_SOURCE_DIR) +
                                                               "/tests/media/streams")) {
    std::ifstream file(entry.path());
    std::string line;
    REQUIRE(std::getline(file, line));
    Stream stream{.file = entry.path().filename(), .codec = parse_codec(line), .payloads = {}};
    while (std::getline(file, line)) stream.payloads.push_back(core::from_hex(line).value());
    all.push_back(std::move(stream));
  }
  return all;
}

/// No encoder of it is in Debian, so there is no stream of it; its frames' sizes are tested.
const std::set<std::string> kWithoutStream{"ilbc"};

}  // namespace

TEST_CASE("codecs: every row has a stream that some other encoder wrote", "[codecs]") {
  std::set<std::string> streamed;
  for (const Stream& stream : streams()) streamed.insert(core::to_lower(stream.codec.name));
  for (const std::string_view name : codec_names()) {
    CAPTURE(name);
    const std::string lower = core::to_lower(name);
    CHECK(streamed.contains(lower) != kWithoutStream.contains(lower));
  }
}

TEST_CASE("codecs: a tone is decoded as that tone, at its level and length", "[codecs]") {
  for (const Stream& stream : streams()) {
    CAPTURE(stream.file);
    REQUIRE(is_decodable(stream.codec));
    for (const std::uint32_t wanted : {8000U, 16'000U}) {
      const auto decoder = make_decoder(stream.codec, wanted);
      REQUIRE(decoder);
      const std::uint32_t rate = decoder->sample_rate();
      if (stream.codec.name == "opus") {
        CHECK(rate == wanted);
      } else {
        CHECK(rate == sample_rate_of(stream.codec));
      }
      std::vector<std::int16_t> samples;
      std::size_t longest = 0;
      for (const core::Bytes& payload : stream.payloads) {
        const std::size_t before = samples.size();
        CHECK(decoder->decode(payload, samples));
        longest = std::max(longest, samples.size() - before);
      }
      CHECK(samples.size() == longest * stream.payloads.size());  // all of one length
      CHECK(longest * 1000 / rate % 10 == 0);                     // of whole tens of milliseconds
      // Past the beginning, in which codecs find their level.
      const std::size_t begin = rate / 10;
      REQUIRE(samples.size() > begin + rate / 10);
      const std::span<const std::int16_t> steady(samples.data() + begin, rate / 10);
      const double amplitude = test::tone_amplitude(steady, 440, rate);
      CHECK(amplitude < 9000);
      // FFmpeg's AMR is 2 to 4 dB below the reference decoder on a pure tone.
      CHECK(amplitude > (stream.codec.name.starts_with("AMR") ? 5000 : 7000));
      CHECK(test::tone_amplitude(steady, 1500, rate) < 500);
    }
  }
}

TEST_CASE("codecs: what is no payload of the codec does no harm", "[codecs]") {
  std::mt19937 random(7);
  std::vector<StreamCodec> codecs;
  for (const Stream& stream : streams()) codecs.push_back(stream.codec);
  codecs.push_back({.name = "iLBC"});
  codecs.push_back({.name = "iLBC", .parameters = "mode=20"});
  for (const StreamCodec& codec : codecs) {
    CAPTURE(codec.name, codec.parameters);
    const auto decoder = make_decoder(codec, 16'000);
    REQUIRE(decoder);
    std::vector<std::int16_t> samples;
    for (int i = 0; i < 200; ++i) {
      core::Bytes payload(random() % 200);
      for (std::byte& byte : payload) byte = static_cast<std::byte>(random());
      samples.clear();
      (void)decoder->decode(payload, samples);  // either way is right
      CHECK(samples.size() <= std::size_t{decoder->sample_rate()} * 2);
    }
  }
}

TEST_CASE("codecs: iLBC frames have the length of their mode", "[codecs]") {
  struct Case {
    const char* parameters;
    std::size_t bytes;
    bool is_decoded;
    std::size_t samples;
  };
  const Case cases[] = {{"mode=20", 38, true, 160},  {"mode=20", 76, true, 320},
                        {"mode=30", 50, true, 240},  {"", 50, true, 240},
                        {"mode=20", 50, false, 160}, {"mode=30", 38, false, 0}};
  for (const Case& row : cases) {
    CAPTURE(row.parameters, row.bytes);
    const auto decoder = make_decoder({.name = "iLBC", .parameters = row.parameters}, 8000);
    REQUIRE(decoder);
    std::vector<std::int16_t> samples;
    CHECK(decoder->decode(core::Bytes(row.bytes), samples) == row.is_decoded);
    CHECK(samples.size() == row.samples);
  }
}

TEST_CASE("codecs: names are any case, clocks and channels must fit", "[codecs]") {
  CHECK(is_decodable({.name = "pcmu"}));
  CHECK(is_decodable({.name = "OPUS", .clock_rate = 48'000, .channels = 2}));
  CHECK_FALSE(is_decodable({.name = "opus", .clock_rate = 48'000, .channels = 1}));
  CHECK_FALSE(is_decodable({.name = "PCMU", .clock_rate = 16'000}));
  CHECK_FALSE(is_decodable({.name = "PCMU", .channels = 2}));
  CHECK_FALSE(is_decodable({.name = "telephone-event"}));
  CHECK_FALSE(is_decodable({.name = "L16", .clock_rate = 12'345}));
  CHECK_FALSE(make_decoder({.name = "EVRC"}, 8000));
  CHECK(sample_rate_of({.name = "EVRC"}) == 0);
  CHECK(sample_rate_of({.name = "G722"}) == 16'000);
  CHECK(sample_rate_of({.name = "speex", .clock_rate = 32'000}) == 32'000);
}

TEST_CASE("codecs: parameters are found by name", "[codecs]") {
  const StreamCodec codec{.name = "AMR", .parameters = " mode-set=7; Octet-Align = 1 ;crc=0"};
  CHECK(parameter_of(codec, "octet-align") == "1");
  CHECK(parameter_of(codec, "mode-set") == "7");
  CHECK(parameter_of(codec, "crc") == "0");
  CHECK(parameter_of(codec, "align").empty());
}

}  // namespace trunkline::media
