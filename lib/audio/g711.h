// SPDX-License-Identifier: MIT
#pragma once

// ITU-T G.711: mu-law and A-law bytes to 16-bit linear samples and back, by tables made at compile
// time. Decoding an encoded byte and encoding it again gives the same byte (mu-law's negative zero
// excepted, which becomes positive zero).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/codec.h"
#include "core/bytes.h"

namespace trunkline::audio {

std::int16_t decode_mulaw(std::byte sample);
std::int16_t decode_alaw(std::byte sample);
std::byte encode_mulaw(std::int16_t sample);
std::byte encode_alaw(std::int16_t sample);

/// Between the two laws, through linear.
std::byte mulaw_to_alaw(std::byte sample);
std::byte alaw_to_mulaw(std::byte sample);

/// The table that turns G.711 bytes of one law into the other, or into themselves: for loops that
/// place samples. `from` and `to` are mulaw or alaw.
std::span<const std::byte, 256> g711_conversion(Codec from, Codec to);

/// Any of our codecs as linear samples, interleaved as they came. A trailing odd byte of s16le is
/// dropped.
std::vector<std::int16_t> to_linear(Codec codec, core::ByteView samples);
/// Linear samples in one of our codecs.
core::Bytes from_linear(Codec codec, std::span<const std::int16_t> samples);

}  // namespace trunkline::audio
