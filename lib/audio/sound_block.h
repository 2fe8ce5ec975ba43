// SPDX-License-Identifier: MIT
#pragma once

// Short stretches of samples packed as a whole sound file each, in memory: FLAC (RFC 9639), which
// gives them back bit by bit, or Ogg Opus (RFC 7845), which gives back as many 16-bit samples. Each
// can be unpacked alone. Code words of G.711 are packed by FLAC as 8-bit numbers in the order of
// their loudness, which is smaller than what they decode to and loses nothing, not even the sign of
// a zero (schemas/sealed/README.md).

#include "audio/codec.h"
#include "core/bytes.h"
#include "core/error.h"

namespace trunkline::audio {

enum class BlockType : std::uint8_t { flac, opus };

/// Whether samples of this format can be packed so: Opus takes 8, 12, 16, 24 and 48 kHz and two
/// channels at the most, FLAC eight channels.
bool can_pack(BlockType type, const Format& format);
/// Of what unpack_block() gives back: the same from FLAC, 16-bit linear from Opus.
Format unpacked_format(BlockType type, const Format& format);

/// Whole frames in `format`, at least one. Throws core::Error (software).
core::Bytes pack_block(BlockType type, const Format& format, core::ByteView samples);

/// Any bytes. `format` is that of what comes out, `frames` how many there must be. A block that is
/// not such is a fault (data).
[[nodiscard]] core::Result<core::Bytes> unpack_block(BlockType type, const Format& format,
                                                     core::ByteView block, std::size_t frames);

}  // namespace trunkline::audio
