// SPDX-License-Identifier: MIT
#include "sealed/format.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "crypto/crc32c.h"
#include "sealed/samples.h"
#include "support/hex.h"

namespace trunkline::sealed {
namespace {

Header sample() {
  Header header{
      .recording = core::RecordingId::parse("0193a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1").value(),
      .format = {.codec = Codec::mulaw, .channels = 2, .sample_rate = 8000, .segment_ms = 2000},
      .started_at = core::from_microseconds(1'763'712'000'123'456),
      .salt = {},
      .nonce_prefix = {}};
  for (std::size_t i = 0; i < header.salt.size(); ++i)
    header.salt[i] = static_cast<std::byte>(0x20 + i);
  for (std::size_t i = 0; i < header.nonce_prefix.size(); ++i)
    header.nonce_prefix[i] = static_cast<std::byte>(0xa0 + i);
  return header;
}

// Field by field as schemas/sealed has it.
const std::string kSampleHex =
    "544c5345414c3031"                  // "TLSEAL01"
    "0001"                              // version 1
    "0100"                              // header size 256
    "01"                                // AES-256-GCM
    "01"                                // HKDF-SHA256
    "0000"                              // flags
    "0193a0b1c2d37e4f8a5b6c7d8e9fa0b1"  // recording
    "202122232425262728292a2b2c2d2e2f"  // salt
    "303132333435363738393a3b3c3d3e3f"  //
    "a0a1a2a3a4a5a6"                    // nonce prefix
    "00"                                //
    "00007d00"                          // 32000 bytes a segment
    "01"                                // mu-law
    "02"                                // stereo
    "07d0"                              // 2000 ms
    "00001f40"                          // 8000 Hz
    "000644163340e240";                 // start

core::Bytes sample_bytes() {
  core::Bytes bytes = test::hex(kSampleHex);
  bytes.resize(kHeaderSize);
  core::write_u32(bytes, 252, crypto::crc32c(core::ByteView(bytes).first(252)));
  return bytes;
}

TEST_CASE("format: a header is written and read as schemas/sealed has it", "[sealed]") {
  const HeaderBytes written = write_header(sample());
  CHECK(core::to_hex(written) == core::to_hex(sample_bytes()));
  CHECK(parse_header(sample_bytes()).value() == sample());
}

TEST_CASE("format: of packed samples the header says how, and segments have one size", "[sealed]") {
  Header header = sample();
  header.format.packing = Packing::flac;
  header.format.segment_ms = 10'000;
  const HeaderBytes written = write_header(header);
  CHECK(core::to_hex(core::ByteView(written).subspan(72, 12)) ==
        "00010000"    // 65536 bytes a segment
        "01"          // mu-law
        "02"          // stereo
        "2710"        // blocks of 10000 ms
        "00001f40");  // 8000 Hz
  CHECK(written[92] == std::byte{1});
  CHECK(parse_header(written).value() == header);
  CHECK(header.format.unit_size() == 1);
  CHECK(header.format.frame_size() == 2);
}

// Computed by an independent implementation (Python's cryptography): the data key is 32 times 0x42,
// segment 3 is not the last and holds "sealed".
TEST_CASE("format: keys and segments are what another implementation makes of them", "[sealed]") {
  const core::Secret key =
      file_key(core::Secret(core::Bytes(32, std::byte{0x42})), write_header(sample()));
  CHECK(core::to_hex(key.reveal()) ==
        "4fd59303dda31d7eac42b68faa9ab711ccef962b306f6a3fea8b744dd18b3550");
  const core::Bytes segment =
      crypto::Aead(key).seal(segment_nonce(sample(), 3, false), core::as_bytes("sealed"), {});
  CHECK(core::to_hex(segment) == "90da25758095ee39b8f8696bb0e31b110fe7f7f70a26");
}

TEST_CASE("format: a nonce names the segment and whether it is the last", "[sealed]") {
  CHECK(core::to_hex(segment_nonce(sample(), 0, false)) == "a0a1a2a3a4a5a60000000000");
  CHECK(core::to_hex(segment_nonce(sample(), 0x01020304, true)) == "a0a1a2a3a4a5a60102030401");
}

TEST_CASE("format: each field of the header changes the key", "[sealed]") {
  const core::Secret data_key(core::Bytes(32, std::byte{0x42}));
  const HeaderBytes bytes = write_header(sample());
  const std::string key = core::to_hex(file_key(data_key, bytes).reveal());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    HeaderBytes changed = bytes;
    changed[i] ^= std::byte{1};
    CHECK(core::to_hex(file_key(data_key, changed).reveal()) != key);
  }
}

TEST_CASE("format: what is no header is refused with its reason", "[sealed]") {
  struct Case {
    std::size_t at;
    std::string bytes;
    bool has_new_crc;
    std::string message;
  };
  const std::vector<Case> cases{
      {0, "58", true, "this is not a sealed file: wrong first bytes"},
      {8, "0002", true, "this sealed file has version 2"},
      {40, "ff", false, "the sealed file's header is damaged"},
      {10, "0200", true, "this is not a sealed file: unknown algorithms or flags"},
      {12, "02", true, "this is not a sealed file: unknown algorithms or flags"},
      {13, "00", true, "this is not a sealed file: unknown algorithms or flags"},
      {14, "0001", true, "this is not a sealed file: unknown algorithms or flags"},
      {71, "01", true, "this is not a sealed file: reserved bytes are not zero"},
      {92, "01", true, "this is not a sealed file: its segment size does not fit its format"},
      {92, "03", true, "this is not a sealed file: unknown packing 3"},
      {93, "01", true, "this is not a sealed file: reserved bytes are not zero"},
      {251, "01", true, "this is not a sealed file: reserved bytes are not zero"},
      {76, "00", true, "this is not a sealed file: unknown codec 0"},
      {76, "04", true, "this is not a sealed file: unknown codec 4"},
      {77, "00", true, "a recording cannot have 0 channels"},
      {77, "ff", true, "a recording cannot have 255 channels"},
      {78, "0000", true, "a recording cannot have segments of 0 ms"},
      {80, "ffffffff", true, "a recording cannot have 4294967295 samples per second"},
      {72, "00007d02", true, "this is not a sealed file: its segment size does not fit its format"},
      {72, "ffffffff", true, "this is not a sealed file: its segment size does not fit its format"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.at, one.bytes);
    core::Bytes bytes = sample_bytes();
    std::ranges::copy(test::hex(one.bytes), bytes.begin() + static_cast<std::ptrdiff_t>(one.at));
    if (one.has_new_crc)
      core::write_u32(bytes, 252, crypto::crc32c(core::ByteView(bytes).first(252)));
    const auto header = parse_header(bytes);
    REQUIRE_FALSE(header.has_value());
    CHECK(header.error().code == core::ExitCode::data);
    CHECK(header.error().message == one.message);
  }
  for (const std::size_t size : {0U, 1U, 255U})
    CHECK(parse_header(core::ByteView(sample_bytes()).first(size)).error().message ==
          "this is not a sealed file: it is shorter than a header");
}

TEST_CASE("format: sizes follow from the format", "[sealed]") {
  const Format wide{.codec = Codec::s16le, .channels = 2, .sample_rate = 16000, .segment_ms = 2000};
  CHECK(wide.frame_size() == 4);
  CHECK(wide.bytes_per_second() == 64'000);
  CHECK(wide.segment_size() == 128'000);
  CHECK(check(wide).has_value());
  CHECK_FALSE(check({.codec = Codec::mulaw, .channels = 2, .sample_rate = 11025, .segment_ms = 1})
                  .has_value());  // 11.025 frames
  CHECK_FALSE(
      check({.codec = Codec::s16le, .channels = 8, .sample_rate = 384'000, .segment_ms = 60'000})
          .has_value());  // 368 MB
  CHECK(silence_of(Codec::mulaw) == std::byte{0xff});
  CHECK(silence_of(Codec::alaw) == std::byte{0xd5});
  CHECK(silence_of(Codec::s16le) == std::byte{0});
  CHECK(name_of(Codec::alaw) == "alaw");
}

TEST_CASE("format: a recording's place is its day and its id, both ways", "[sealed]") {
  const core::RecordingId recording = sample().recording;
  const std::string path =
      relative_path(recording, core::parse_rfc3339("2026-01-02T00:30:00+01:00").value());
  CHECK(path == "2026/01/01/recording_0193a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1.wav.enc");
  CHECK(recording_of(path).value() == recording);
  CHECK(recording_of("recording_" + recording.text() + ".wav.enc").value() == recording);
  const std::string other = GENERATE(std::string(""), std::string("recording_.wav.enc"),
                                     std::string("recording_x.wav.enc"), std::string("a/b/c"),
                                     std::string("recording_.wav"));
  CHECK_FALSE(recording_of(other).has_value());
}

}  // namespace
}  // namespace trunkline::sealed
