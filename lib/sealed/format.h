// SPDX-License-Identifier: MIT
#pragma once

// The sealed file's header and arithmetic (schemas/sealed/README.md describes every byte):
//
//   header (256 bytes) || segment 0 || segment 1 || ... || last segment
//
// A segment is AES-256-GCM ciphertext and tag. All but the last hold exactly segment_size bytes of
// plaintext, so a moment's place is arithmetic. The last one carries a flag in its nonce, so a file
// that was cut and one that was added to both show.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "core/secret.h"
#include "core/time.h"
#include "core/uuid.h"
#include "crypto/aead.h"

namespace trunkline::sealed {

inline constexpr std::size_t kHeaderSize = 256;
inline constexpr std::size_t kTagSize = crypto::kAeadTagSize;

enum class Codec : std::uint8_t { mulaw = 1, alaw = 2, s16le = 3 };

/// "mulaw", "alaw", "s16le": the words of recording.v1.
std::string_view name_of(Codec codec);
/// Bytes of one sample of one channel.
std::size_t sample_size(Codec codec);
/// The byte that repeated is silence in this codec.
std::byte silence_of(Codec codec);

/// Whether the plaintext is the samples themselves, or packs them (lib/packing).
enum class Packing : std::uint8_t { none = 0, flac = 1, opus = 2 };

/// "none", "flac", "opus".
std::string_view name_of(Packing packing);

/// Plaintext bytes of a whole segment of packed samples.
inline constexpr std::size_t kPackedSegment = std::size_t{64} * 1024;

/// What the plaintext is: interleaved samples at a constant rate, in segments of equal length. Of
/// packed samples it is what they are unpacked to, and segment_ms is the length of a packed block.
struct Format {
  Codec codec = Codec::mulaw;
  std::uint8_t channels = 2;
  std::uint32_t sample_rate = 8000;
  std::uint16_t segment_ms = 2000;
  Packing packing = Packing::none;

  std::size_t frame_size() const { return sample_size(codec) * channels; }
  std::uint64_t bytes_per_second() const { return std::uint64_t{sample_rate} * frame_size(); }
  /// What plaintext comes in multiples of.
  std::size_t unit_size() const { return packing == Packing::none ? frame_size() : 1; }
  /// Plaintext bytes of a whole segment.
  std::size_t segment_size() const {
    if (packing != Packing::none) return kPackedSegment;
    return static_cast<std::size_t>(std::uint64_t{sample_rate} * segment_ms / 1000) * frame_size();
  }
  bool operator==(const Format&) const = default;
};

/// Whether it can be written: 1 to 8 channels, 1 to 384000 Hz, a whole number of frames a segment,
/// a segment of at most 16 MiB.
core::Result<void> check(const Format& format);

struct Header {
  core::RecordingId recording;
  Format format;
  core::Time started_at;
  std::array<std::byte, 32> salt{};
  std::array<std::byte, 7> nonce_prefix{};

  bool operator==(const Header&) const = default;
};

using HeaderBytes = std::array<std::byte, kHeaderSize>;

/// With its CRC. Salt and prefix are the caller's.
HeaderBytes write_header(const Header& header);
/// Any bytes. A fault (data) says what is wrong: too short, not a sealed file, another version,
/// damaged (CRC), or a field that cannot be.
core::Result<Header> parse_header(core::ByteView bytes);

/// HKDF-SHA256(data key, salt, "TLSEAL01" || SHA-256(header)): a changed header opens nothing.
core::Secret file_key(const core::Secret& data_key, const HeaderBytes& header);
/// prefix || big-endian index || last flag.
crypto::AeadNonce segment_nonce(const Header& header, std::uint32_t index, bool is_last);

/// "2026/11/21/recording_<id>.wav.enc", by the UTC day the recording started.
std::string relative_path(core::RecordingId recording, core::Time started_at);
/// The id in such a file name, whatever folders precede it.
core::Result<core::RecordingId> recording_of(std::string_view path);

}  // namespace trunkline::sealed
