// SPDX-License-Identifier: MIT
#include "audio/g711.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdlib>

namespace trunkline::audio {
namespace {

// libstdc++ 12 gives the argument's type, the standard and libstdc++ 13 say int.
constexpr unsigned width_of(unsigned magnitude) {
  return static_cast<unsigned>(std::bit_width(magnitude));
}

// mu-law: 14-bit magnitudes in 8 segments of 16 steps, all bits inverted on the line (G.711 table
// 2a). Linear 16 bit has two more bits, so the bias of 33 becomes 132.
constexpr int kMuBias = 132;
constexpr int kMuClip = 32635;

constexpr std::int16_t expand_mulaw(unsigned code) {
  const unsigned bits = ~code & 0xFFU;
  const int segment = static_cast<int>((bits >> 4U) & 7U);
  const int step = static_cast<int>(bits & 15U);
  const int magnitude = ((step * 8 + kMuBias) << segment) - kMuBias;
  return static_cast<std::int16_t>((bits & 0x80U) != 0 ? -magnitude : magnitude);
}

constexpr std::uint8_t compress_mulaw(int sample) {
  const unsigned sign = sample < 0 ? 0x80U : 0U;
  const int loudness = std::min(sample < 0 ? -sample : sample, kMuClip);
  // At least 132, so at least 8 bits wide.
  const unsigned magnitude = static_cast<unsigned>(loudness + kMuBias);
  const unsigned segment = std::max(width_of(magnitude), 8U) - 8U;
  const unsigned step = (magnitude >> (segment + 3U)) & 15U;
  return static_cast<std::uint8_t>(~(sign | segment << 4U | step) & 0xFFU);
}

// A-law: 13-bit magnitudes, even bits inverted on the line (G.711 table 1a), a set sign bit is
// positive. Decoding gives the middle of the step.
constexpr std::int16_t expand_alaw(unsigned code) {
  const unsigned bits = code ^ 0x55U;
  const int segment = static_cast<int>((bits >> 4U) & 7U);
  const int step = static_cast<int>(bits & 15U);
  const int magnitude = segment == 0 ? step * 16 + 8 : (step * 16 + 8 + 256) << (segment - 1);
  return static_cast<std::int16_t>((bits & 0x80U) != 0 ? magnitude : -magnitude);
}

constexpr std::uint8_t compress_alaw(int sample) {
  // One's complement of a negative sample, as the ITU reference code (G.191) has it.
  const unsigned sign = sample < 0 ? 0U : 0x80U;
  const unsigned magnitude = static_cast<unsigned>(sample < 0 ? ~sample : sample) >> 4U;
  const unsigned width = width_of(magnitude);  // of 11 bits
  const unsigned segment = width <= 4 ? 0U : width - 4U;
  const unsigned step = (segment <= 1 ? magnitude : magnitude >> (segment - 1U)) & 15U;
  return static_cast<std::uint8_t>((sign | segment << 4U | step) ^ 0x55U);
}

using Expansion = std::array<std::int16_t, 256>;
using Conversion = std::array<std::byte, 256>;

template <auto Expand>
constexpr Expansion make_expansion() {
  Expansion table{};
  for (unsigned code = 0; code < 256; ++code) table[code] = Expand(code);
  return table;
}

template <auto Expand, auto Compress>
constexpr Conversion make_conversion() {
  Conversion table{};
  for (unsigned code = 0; code < 256; ++code) table[code] = std::byte{Compress(Expand(code))};
  return table;
}

constexpr Conversion make_identity() {
  Conversion table{};
  for (unsigned code = 0; code < 256; ++code) table[code] = static_cast<std::byte>(code);
  return table;
}

constexpr Expansion kMulaw = make_expansion<expand_mulaw>();
constexpr Expansion kAlaw = make_expansion<expand_alaw>();
constexpr Conversion kMulawToAlaw = make_conversion<expand_mulaw, compress_alaw>();
constexpr Conversion kAlawToMulaw = make_conversion<expand_alaw, compress_mulaw>();
constexpr Conversion kUnchanged = make_identity();

std::size_t index_of(std::byte sample) {
  return std::to_integer<std::size_t>(sample);
}

}  // namespace

std::int16_t decode_mulaw(std::byte sample) {
  return kMulaw[index_of(sample)];
}
std::int16_t decode_alaw(std::byte sample) {
  return kAlaw[index_of(sample)];
}
std::byte encode_mulaw(std::int16_t sample) {
  return std::byte{compress_mulaw(sample)};
}
std::byte encode_alaw(std::int16_t sample) {
  return std::byte{compress_alaw(sample)};
}
std::byte mulaw_to_alaw(std::byte sample) {
  return kMulawToAlaw[index_of(sample)];
}
std::byte alaw_to_mulaw(std::byte sample) {
  return kAlawToMulaw[index_of(sample)];
}

std::span<const std::byte, 256> g711_conversion(Codec from, Codec to) {
  assert(from != Codec::s16le && to != Codec::s16le);
  if (from == to) return kUnchanged;
  return from == Codec::mulaw ? kMulawToAlaw : kAlawToMulaw;
}

std::vector<std::int16_t> to_linear(Codec codec, core::ByteView samples) {
  std::vector<std::int16_t> linear(samples.size() / bytes_per_sample(codec));
  for (std::size_t i = 0; i < linear.size(); ++i) {
    switch (codec) {
      case Codec::mulaw:
        linear[i] = decode_mulaw(samples[i]);
        break;
      case Codec::alaw:
        linear[i] = decode_alaw(samples[i]);
        break;
      case Codec::s16le:
        linear[i] = static_cast<std::int16_t>(index_of(samples[2 * i]) |
                                              index_of(samples[2 * i + 1]) << 8U);
        break;
    }
  }
  return linear;
}

core::Bytes from_linear(Codec codec, std::span<const std::int16_t> samples) {
  core::Bytes bytes(samples.size() * bytes_per_sample(codec));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto bits = static_cast<std::uint16_t>(samples[i]);
    switch (codec) {
      case Codec::mulaw:
        bytes[i] = encode_mulaw(samples[i]);
        break;
      case Codec::alaw:
        bytes[i] = encode_alaw(samples[i]);
        break;
      case Codec::s16le:
        bytes[2 * i] = static_cast<std::byte>(bits & 0xFFU);
        bytes[2 * i + 1] = static_cast<std::byte>(bits >> 8U);
        break;
    }
  }
  return bytes;
}

}  // namespace trunkline::audio
