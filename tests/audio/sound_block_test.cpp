// SPDX-License-Identifier: MIT
#include "audio/sound_block.h"

#include <catch2/catch.hpp>

namespace trunkline::audio {
namespace {

/// Bytes without a pattern.
core::Bytes noise(std::size_t size) {
  core::Bytes bytes(size);
  std::uint32_t state = 20261121;
  for (std::byte& byte : bytes) {
    state = state * 1'103'515'245U + 12'345U;
    byte = static_cast<std::byte>(state >> 16U);
  }
  return bytes;
}

TEST_CASE("sound block: FLAC gives every sample back, in each codec and number of channels",
          "[audio]") {
  for (const Codec codec : {Codec::mulaw, Codec::alaw, Codec::s16le}) {
    for (const auto channels : std::initializer_list<std::uint16_t>{1, 2, 3, 8}) {
      for (const std::uint32_t rate : {8000U, 16000U, 44100U, 48000U}) {
        for (const std::size_t frames : {1UL, 17UL, 4096UL, 10'001UL}) {
          const Format format{.codec = codec, .channels = channels, .sample_rate = rate};
          INFO(name_of(codec) << ' ' << channels << ' ' << rate << ' ' << frames);
          REQUIRE(can_pack(BlockType::flac, format));
          CHECK(unpacked_format(BlockType::flac, format) == format);
          const core::Bytes samples = noise(frames * format.bytes_per_frame());
          const core::Bytes block = pack_block(BlockType::flac, format, samples);
          CHECK(unpack_block(BlockType::flac, format, block, frames) == samples);
        }
      }
    }
  }
}

TEST_CASE("sound block: all code words come back, both zeros too", "[audio]") {
  core::Bytes words(256);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::byte>(i);
  for (const Codec codec : {Codec::mulaw, Codec::alaw}) {
    const Format format{.codec = codec, .channels = 1, .sample_rate = 8000};
    const core::Bytes block = pack_block(BlockType::flac, format, words);
    CHECK(unpack_block(BlockType::flac, format, block, words.size()) == words);
  }
}

TEST_CASE("sound block: silence is next to nothing", "[audio]") {
  const Format format{.codec = Codec::mulaw, .channels = 2, .sample_rate = 8000};
  const core::Bytes silence(160'000, silence_of(Codec::mulaw));
  CHECK(pack_block(BlockType::flac, format, silence).size() < 1'000);
}

TEST_CASE("sound block: Opus gives back as many frames, as 16-bit samples", "[audio]") {
  for (const auto channels : std::initializer_list<std::uint16_t>{1, 2}) {
    for (const std::uint32_t rate : {8000U, 16000U, 48000U}) {
      for (const std::size_t frames : {1UL, 160UL, 80'000UL, 79'999UL}) {
        const Format format{.codec = Codec::mulaw, .channels = channels, .sample_rate = rate};
        INFO(channels << ' ' << rate << ' ' << frames);
        REQUIRE(can_pack(BlockType::opus, format));
        const Format unpacked = unpacked_format(BlockType::opus, format);
        CHECK(unpacked.codec == Codec::s16le);
        const core::Bytes samples(frames * format.bytes_per_frame(), silence_of(Codec::mulaw));
        const core::Bytes block = pack_block(BlockType::opus, format, samples);
        const auto back = unpack_block(BlockType::opus, unpacked, block, frames);
        REQUIRE(back);
        CHECK(back->size() == frames * unpacked.bytes_per_frame());
      }
    }
  }
  CHECK_FALSE(
      can_pack(BlockType::opus, {.codec = Codec::s16le, .channels = 2, .sample_rate = 11025}));
  CHECK_FALSE(
      can_pack(BlockType::opus, {.codec = Codec::s16le, .channels = 3, .sample_rate = 8000}));
}

TEST_CASE("sound block: what is no such block is a fault", "[audio]") {
  const Format format{.codec = Codec::mulaw, .channels = 1, .sample_rate = 8000};
  const core::Bytes block = pack_block(BlockType::flac, format, noise(1000));
  const auto fails = [&](BlockType type, const Format& as, core::ByteView bytes,
                         std::size_t frames) {
    const auto unpacked = unpack_block(type, as, bytes, frames);
    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().code == core::ExitCode::data);
  };
  fails(BlockType::flac, format, {}, 1000);
  fails(BlockType::flac, format, noise(500), 1000);
  fails(BlockType::flac, format, block, 999);
  fails(BlockType::flac, format, block, 1001);
  fails(BlockType::opus, format, block, 1000);
  Format other = format;
  other.sample_rate = 16000;
  fails(BlockType::flac, other, block, 1000);
  other = format;
  other.codec = Codec::s16le;
  fails(BlockType::flac, other, block, 1000);
}

}  // namespace
}  // namespace trunkline::audio
