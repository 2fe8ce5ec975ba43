// SPDX-License-Identifier: MIT
#include "audio/g711.h"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace trunkline::audio {

namespace {

std::byte byte_of(int value) {
  return static_cast<std::byte>(value);
}

struct Row {
  int code;
  int linear;
};

}  // namespace

TEST_CASE("g711: mu-law decodes as ITU-T G.711 table 2 says", "[g711]") {
  // Both ends and both zeros, then one code of each segment.
  const Row rows[] = {{0x00, -32124}, {0x80, 32124}, {0x7F, 0},    {0xFF, 0},    {0x0F, -16764},
                      {0x8F, 16764},  {0x9F, 8316},  {0xAF, 4092}, {0xBF, 1980}, {0xCF, 924},
                      {0xDF, 396},    {0xEF, 132},   {0xF0, 120},  {0xFE, 8},    {0x7E, -8}};
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CHECK(decode_mulaw(byte_of(row.code)) == row.linear);
  }
}

TEST_CASE("g711: A-law decodes as ITU-T G.711 table 1 says", "[g711]") {
  const Row rows[] = {{0xD5, 8},    {0x55, -8},   {0xAA, 32256}, {0x2A, -32256},
                      {0xD4, 24},   {0xC5, 264},  {0xF5, 528},   {0xE5, 1056},
                      {0x95, 2112}, {0x85, 4224}, {0xB5, 8448},  {0xA5, 16896}};
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CHECK(decode_alaw(byte_of(row.code)) == row.linear);
  }
}

TEST_CASE("g711: encoding a decoded byte gives the byte back", "[g711]") {
  for (int code = 0; code < 256; ++code) {
    CAPTURE(code);
    CHECK(encode_alaw(decode_alaw(byte_of(code))) == byte_of(code));
    // mu-law has two zeros; the negative one becomes the positive one.
    const int expected = code == 0x7F ? 0xFF : code;
    CHECK(encode_mulaw(decode_mulaw(byte_of(code))) == byte_of(expected));
  }
}

TEST_CASE("g711: every sample is encoded within half a step of itself", "[g711]") {
  for (int sample = -32768; sample <= 32767; ++sample) {
    const auto linear = static_cast<std::int16_t>(sample);
    const int mulaw_error = std::abs(decode_mulaw(encode_mulaw(linear)) - sample);
    const int alaw_error = std::abs(decode_alaw(encode_alaw(linear)) - sample);
    // A step is at most 1/16 of the segment it lies in, at least the smallest step; mu-law clips
    // at 32635.
    const int mulaw_bound = std::max(4, (std::abs(sample) + 132) / 32 + 1);
    const int alaw_bound = std::max(16, std::abs(sample) / 32 + 1);
    if (mulaw_error > std::max(mulaw_bound, std::abs(sample) - 32124) || alaw_error > alaw_bound) {
      FAIL_CHECK("sample " << sample << ": mu-law off by " << mulaw_error << ", A-law by "
                           << alaw_error);
    }
  }
}

TEST_CASE("g711: silence is what a zero sample encodes to", "[g711]") {
  CHECK(encode_mulaw(0) == silence_of(Codec::mulaw));
  CHECK(encode_alaw(0) == silence_of(Codec::alaw));
  CHECK(mulaw_to_alaw(silence_of(Codec::mulaw)) == silence_of(Codec::alaw));
  CHECK(std::abs(decode_mulaw(alaw_to_mulaw(silence_of(Codec::alaw)))) <= 8);
}

TEST_CASE("g711: conversion between the laws goes through linear", "[g711]") {
  for (int code = 0; code < 256; ++code) {
    CHECK(mulaw_to_alaw(byte_of(code)) == encode_alaw(decode_mulaw(byte_of(code))));
    CHECK(alaw_to_mulaw(byte_of(code)) == encode_mulaw(decode_alaw(byte_of(code))));
    const auto at = static_cast<std::size_t>(code);
    CHECK(g711_conversion(Codec::mulaw, Codec::mulaw)[at] == byte_of(code));
    CHECK(g711_conversion(Codec::alaw, Codec::mulaw)[at] == alaw_to_mulaw(byte_of(code)));
    CHECK(g711_conversion(Codec::mulaw, Codec::alaw)[at] == mulaw_to_alaw(byte_of(code)));
  }
}

TEST_CASE("g711: linear samples survive s16le unchanged", "[g711]") {
  const std::vector<std::int16_t> samples = {0, 1, -1, 256, -257, 32767, -32768};
  const auto bytes = from_linear(Codec::s16le, samples);
  CHECK(bytes.size() == 14);
  CHECK(bytes[6] == std::byte{0x00});
  CHECK(bytes[7] == std::byte{0x01});
  CHECK(to_linear(Codec::s16le, bytes) == samples);
}

TEST_CASE("codec: names read back", "[codec]") {
  for (const Codec codec : {Codec::mulaw, Codec::alaw, Codec::s16le}) {
    CHECK(parse_codec(name_of(codec)) == codec);
  }
  const auto unknown = parse_codec("opus");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message == "no sample format is named 'opus'");
  CHECK(unknown.error().hint == "one of: mulaw, alaw, s16le");
}

}  // namespace trunkline::audio
