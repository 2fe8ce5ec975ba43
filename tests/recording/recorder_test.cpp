// SPDX-License-Identifier: MIT
#include "recording/recorder.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "audio/g711.h"
#include "support/tone.h"

namespace trunkline::recording {
namespace {

using std::chrono::milliseconds;

const media::StreamCodec kPcmu{.name = "PCMU"};
const media::StreamCodec kG722{.name = "G722"};
const media::StreamCodec kOpus{.name = "opus", .clock_rate = 48'000, .channels = 2};
constexpr audio::Format kWide{.codec = audio::Codec::s16le, .channels = 2, .sample_rate = 16'000};
constexpr audio::Format kMulaw{.codec = audio::Codec::mulaw, .channels = 2};

/// Payloads of 20 ms with a tone of 440 Hz that another encoder wrote.
std::vector<core::Bytes> payloads(const std::string& name) {
  std::ifstream file(std::string(TRUNKLINE_SOURCE_DIR) + "/tests/media/streams/" + name);
  std::string line;
  REQUIRE(std::getline(file, line));
  std::vector<core::Bytes> all;
  while (std::getline(file, line)) all.push_back(core::from_hex(line).value());
  return all;
}

/// A party that sends a packet each 20 ms.
struct Party {
  Leg leg;
  std::uint32_t ssrc = 1;
  std::uint16_t sequence = 65'530;
  std::uint32_t timestamp = 4'294'967'000;

  core::Bytes packet(std::uint8_t payload_type, const core::Bytes& payload) const {
    core::Bytes bytes(rtp::kHeaderBytes);
    rtp::write_header(bytes, {.payload_type = rtp::PayloadType(payload_type),
                              .sequence_number = rtp::SequenceNumber(sequence),
                              .timestamp = rtp::RtpTimestamp(timestamp),
                              .ssrc = rtp::Ssrc(ssrc)});
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
  }
  /// All of a stream, from that moment on; `step` is 20 ms of its clock.
  void say(Recorder& recorder, std::uint8_t payload_type, const std::string& stream, int at_ms,
           std::uint32_t step) {
    for (const core::Bytes& payload : payloads(stream)) {
      const core::Bytes bytes = packet(payload_type, payload);
      recorder.hear(leg, *rtp::Packet::parse(bytes), milliseconds(at_ms));
      ++sequence;
      timestamp += step;
      at_ms += 20;
    }
  }
};

/// One channel as linear samples.
std::vector<std::int16_t> channel(Recorder& recorder, Leg leg, int until_ms) {
  core::Bytes all;
  for (const Segment& segment : recorder.finish(milliseconds(until_ms))) {
    all.insert(all.end(), segment.samples.begin(), segment.samples.end());
  }
  const auto both = audio::to_linear(recorder.format().codec, all);
  std::vector<std::int16_t> one;
  for (std::size_t i = index_of(leg); i < both.size(); i += 2) one.push_back(both[i]);
  return one;
}

double tone_in(const std::vector<std::int16_t>& samples, std::uint32_t rate, int from_ms,
               int to_ms) {
  const auto at = [&](int ms) { return static_cast<std::size_t>(ms) * rate / 1000; };
  REQUIRE(samples.size() >= at(to_ms));
  return test::tone_amplitude(std::span(samples).subspan(at(from_ms), at(to_ms) - at(from_ms)), 440,
                              rate);
}

}  // namespace

TEST_CASE("recorder: the first codec fixes the format", "[recorder]") {
  CHECK(format_for(kPcmu) == kMulaw);
  CHECK(format_for({.name = "pcma"})->codec == audio::Codec::alaw);
  CHECK(format_for(kG722) == kWide);
  CHECK(format_for(kOpus) == kWide);
  CHECK(format_for({.name = "G729"}) ==
        audio::Format{.codec = audio::Codec::s16le, .channels = 2, .sample_rate = 8000});
  CHECK(format_for({.name = "speex", .clock_rate = 32'000}) == kWide);
  CHECK_FALSE(format_for({.name = "EVRC"}));
}

TEST_CASE("recorder: each leg in its own codec, on its own channel, in its place", "[recorder]") {
  for (const audio::Format& format : {kWide, kMulaw}) {
    CAPTURE(audio::name_of(format.codec));
    Recorder recorder(format);
    recorder.set_codecs(Leg::caller, {{.payload_type = 96, .codec = kOpus}});
    recorder.set_codecs(Leg::called, {{.payload_type = 9, .codec = kG722}});
    Party caller{.leg = Leg::caller};
    Party called{.leg = Leg::called};
    caller.say(recorder, 96, "opus", 100, 960);
    called.say(recorder, 9, "g722", 600, 160);
    const Account account = recorder.account();
    for (const Leg leg : {Leg::caller, Leg::called}) {
      CHECK(account.legs[index_of(leg)].packets_received == 16);
      CHECK(account.legs[index_of(leg)].packets_written == 16);
      CHECK(account.legs[index_of(leg)].packets_lost == 0);
      CHECK(account.media_ms[index_of(leg)] == 320);
      CHECK(account.packets_unheard[index_of(leg)] == 0);
    }
    SECTION("caller in " + std::string(audio::name_of(format.codec))) {
      const auto left = channel(recorder, Leg::caller, 1000);
      CHECK(tone_in(left, format.sample_rate, 0, 100) < 50);
      CHECK(tone_in(left, format.sample_rate, 200, 400) > 7000);
      CHECK(tone_in(left, format.sample_rate, 440, 1000) < 50);
    }
    SECTION("called in " + std::string(audio::name_of(format.codec))) {
      const auto right = channel(recorder, Leg::called, 1000);
      CHECK(tone_in(right, format.sample_rate, 0, 600) < 50);
      CHECK(tone_in(right, format.sample_rate, 700, 900) > 7000);
      CHECK(tone_in(right, format.sample_rate, 940, 1000) < 50);
    }
  }
}

TEST_CASE("recorder: a change of codec keeps one stream going", "[recorder]") {
  struct Case {
    audio::Format format;
    std::uint8_t first;
    const char* first_stream;
    std::uint32_t first_step;
    std::uint8_t second;
    const char* second_stream;
    std::uint32_t second_step;
  };
  const Case cases[] = {{kMulaw, 0, "pcmu", 160, 96, "opus", 960},
                        {kWide, 96, "opus", 960, 0, "pcmu", 160},
                        {kWide, 9, "g722", 160, 18, "g729", 160}};
  for (const Case& row : cases) {
    CAPTURE(row.first_stream, row.second_stream);
    Recorder recorder(row.format);
    recorder.set_codecs(Leg::caller, {{.payload_type = 0, .codec = kPcmu},
                                      {.payload_type = 9, .codec = kG722},
                                      {.payload_type = 18, .codec = {.name = "G729"}},
                                      {.payload_type = 96, .codec = kOpus}});
    Party caller{.leg = Leg::caller};
    caller.say(recorder, row.first, row.first_stream, 0, row.first_step);
    caller.say(recorder, row.second, row.second_stream, 320, row.second_step);
    const Account account = recorder.account();
    CHECK(account.legs[0].packets_written == 32);
    CHECK(account.legs[0].packets_lost == 0);
    CHECK(account.media_ms[0] == 640);
    const auto left = channel(recorder, Leg::caller, 700);
    CHECK(tone_in(left, row.format.sample_rate, 100, 300) > 6500);
    CHECK(tone_in(left, row.format.sample_rate, 420, 620) > 6500);
    CHECK(tone_in(left, row.format.sample_rate, 645, 700) < 200);
  }
}

TEST_CASE("recorder: digits and comfort noise are no loss and no sound", "[recorder]") {
  Recorder recorder(kWide);
  recorder.set_codecs(Leg::caller, {{.payload_type = 9, .codec = kG722},
                                    {.payload_type = 13, .codec = {.name = "CN"}},
                                    {.payload_type = 101, .codec = {.name = "telephone-event"}}});
  Party caller{.leg = Leg::caller};
  caller.say(recorder, 9, "g722", 0, 160);
  for (const std::uint8_t payload_type : {std::uint8_t{101}, std::uint8_t{13}, std::uint8_t{13}}) {
    const core::Bytes bytes = caller.packet(payload_type, core::Bytes(4));
    recorder.hear(Leg::caller, *rtp::Packet::parse(bytes), milliseconds(330));
    ++caller.sequence;
  }
  caller.timestamp += 80 * 8;
  caller.say(recorder, 9, "g722", 400, 160);
  const Account account = recorder.account();
  CHECK(account.legs[0].packets_written == 32);
  CHECK(account.legs[0].packets_lost == 0);
  CHECK(account.packets_unheard[0] == 0);
  CHECK(account.media_ms[0] == 640);
  const auto left = channel(recorder, Leg::caller, 720);
  CHECK(tone_in(left, 16'000, 325, 400) < 100);
  CHECK(tone_in(left, 16'000, 500, 700) > 7000);
}

TEST_CASE("recorder: a packet that comes twice is decoded once", "[recorder]") {
  Recorder recorder(kWide);
  recorder.set_codecs(Leg::caller, {{.payload_type = 9, .codec = kG722}});
  Recorder twice(kWide);
  twice.set_codecs(Leg::caller, {{.payload_type = 9, .codec = kG722}});
  Party caller{.leg = Leg::caller};
  int at_ms = 0;
  for (const core::Bytes& payload : payloads("g722")) {
    const core::Bytes bytes = caller.packet(9, payload);
    const auto packet = *rtp::Packet::parse(bytes);
    recorder.hear(Leg::caller, packet, milliseconds(at_ms));
    twice.hear(Leg::caller, packet, milliseconds(at_ms));
    twice.hear(Leg::caller, packet, milliseconds(at_ms));
    ++caller.sequence;
    caller.timestamp += 160;
    at_ms += 20;
  }
  CHECK(twice.account().legs[0] == recorder.account().legs[0]);
  CHECK(channel(twice, Leg::caller, 400) == channel(recorder, Leg::caller, 400));
}

TEST_CASE("recorder: what cannot be decoded is counted, an empty packet is not", "[recorder]") {
  Recorder recorder(kMulaw);
  recorder.set_codecs(Leg::caller, {{.payload_type = 0, .codec = kPcmu},
                                    {.payload_type = 18, .codec = {.name = "G729"}},
                                    {.payload_type = 97, .codec = {.name = "EVRC"}}});
  Party caller{.leg = Leg::caller};
  const auto send = [&](std::uint8_t payload_type, std::size_t size) {
    const core::Bytes bytes = caller.packet(payload_type, core::Bytes(size));
    recorder.hear(Leg::caller, *rtp::Packet::parse(bytes), milliseconds(0));
    ++caller.sequence;
  };
  send(0, 0);    // a keep-alive
  send(97, 20);  // no row
  send(18, 3);   // no whole frame
  send(55, 20);  // a number nobody named
  CHECK(recorder.account().packets_unheard[0] == 3);
  CHECK(recorder.account().legs[0].packets_received == 0);
  CHECK(recorder.account().legs[0].packets_lost == 0);
}

}  // namespace trunkline::recording
