// SPDX-License-Identifier: MIT
#include "media/frames.h"

#include <array>
#include <optional>

namespace trunkline::media {
namespace {

constexpr std::size_t kG729Bytes = 10;
constexpr std::size_t kG729NoiseBytes = 2;
constexpr std::size_t kG729Samples = 80;
/// By the two low bits of the first byte: 6.3 kbit/s, 5.3 kbit/s, comfort noise, nothing.
constexpr std::array<std::size_t, 4> kG723Bytes = {24, 20, 4, 0};
constexpr std::size_t kG723NoiseIndex = 2;
constexpr std::size_t kG723Samples = 240;

core::Bytes copy(core::ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Bits from the most significant down.
class Bits {
 public:
  explicit Bits(core::ByteView bytes) : bytes_(bytes) {}

  std::optional<unsigned> take(std::size_t count) {
    if (left() < count) return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) value = (value << 1U) | bit();
    return value;
  }
  /// `count` bits as bytes, filled up with zeros.
  std::optional<core::Bytes> take_bytes(std::size_t count) {
    if (left() < count) return std::nullopt;
    core::Bytes out((count + 7) / 8);
    for (std::size_t i = 0; i < count; ++i) {
      out[i / 8] |= static_cast<std::byte>(bit() << (7 - i % 8));
    }
    return out;
  }
  void align() { position_ = (position_ + 7) / 8 * 8; }

 private:
  std::size_t left() const { return bytes_.size() * 8 - position_; }
  unsigned bit() {
    const auto byte = std::to_integer<unsigned>(bytes_[position_ / 8]);
    const unsigned value = (byte >> (7 - position_ % 8)) & 1U;
    ++position_;
    return value;
  }
  core::ByteView bytes_;
  std::size_t position_ = 0;
};

/// RFC 4867 table 1: bits of the speech modes.
constexpr std::array<std::size_t, 8> kAmrBits = {95, 103, 118, 134, 148, 159, 204, 244};
constexpr std::array<std::size_t, 9> kAmrWideBits = {132, 177, 253, 285, 317, 365, 397, 461, 477};
constexpr unsigned kAmrNoise = 8;
constexpr std::size_t kAmrNoiseBits = 39;
constexpr unsigned kAmrWideNoise = 9;
constexpr std::size_t kAmrWideNoiseBits = 40;
constexpr unsigned kAmrWideLost = 14;
constexpr unsigned kAmrNoData = 15;
/// RFC 4867 has no limit; a packet of a second is none of a telephone's.
constexpr std::size_t kMostAmrFrames = 50;

struct AmrMode {
  std::size_t bits = 0;
  bool is_speech = false;
};

std::optional<AmrMode> amr_mode(AmrBand band, unsigned type) {
  if (type == kAmrNoData) return AmrMode{};
  if (band == AmrBand::narrow) {
    if (type < kAmrBits.size()) return AmrMode{kAmrBits[type], true};
    if (type == kAmrNoise) return AmrMode{kAmrNoiseBits, false};
    return std::nullopt;
  }
  if (type < kAmrWideBits.size()) return AmrMode{kAmrWideBits[type], true};
  if (type == kAmrWideNoise) return AmrMode{kAmrWideNoiseBits, false};
  if (type == kAmrWideLost) return AmrMode{};
  return std::nullopt;
}

struct AmrEntry {
  unsigned type = 0;
  unsigned quality = 0;
};

/// The table of contents; nothing where it is cut or never ends.
std::optional<std::vector<AmrEntry>> amr_contents(Bits& bits, bool is_octet_aligned) {
  if (!bits.take(4)) return std::nullopt;  // the mode they ask us to send
  if (is_octet_aligned) bits.align();
  std::vector<AmrEntry> entries;
  while (entries.size() < kMostAmrFrames) {
    const auto follows = bits.take(1);
    const auto type = bits.take(4);
    const auto quality = bits.take(1);
    if (!quality) return std::nullopt;
    if (is_octet_aligned) bits.align();
    entries.push_back({*type, *quality});
    if (*follows == 0) return entries;
  }
  return std::nullopt;
}

}  // namespace

Frames whole_payload(core::ByteView payload) {
  if (payload.empty()) return {};
  return {.frames = {{.bytes = copy(payload)}}};
}

Frames equal_frames(core::ByteView payload, std::size_t frame_bytes) {
  Frames result;
  result.frames.reserve(payload.size() / frame_bytes);
  while (payload.size() >= frame_bytes) {
    result.frames.push_back({.bytes = copy(payload.first(frame_bytes))});
    payload = payload.subspan(frame_bytes);
  }
  result.is_whole = payload.empty();
  return result;
}

Frames g729_frames(core::ByteView payload) {
  Frames result = equal_frames(payload, kG729Bytes);
  if (payload.size() % kG729Bytes == kG729NoiseBytes) {
    result.frames.push_back({.silent_samples = kG729Samples});
    result.is_whole = true;
  }
  return result;
}

Frames g723_frames(core::ByteView payload) {
  Frames result;
  while (!payload.empty()) {
    const std::size_t kind = std::to_integer<std::size_t>(payload.front()) & 3U;
    const std::size_t size = kG723Bytes[kind];
    if (size == 0 || payload.size() < size) {
      result.is_whole = false;
      return result;
    }
    if (kind == kG723NoiseIndex) {
      result.frames.push_back({.silent_samples = kG723Samples});
    } else {
      result.frames.push_back({.bytes = copy(payload.first(size))});
    }
    payload = payload.subspan(size);
  }
  return result;
}

Frames amr_frames(core::ByteView payload, AmrBand band, bool is_octet_aligned) {
  const std::size_t samples = band == AmrBand::narrow ? 160 : 320;
  Frames result{.is_whole = false};
  Bits bits(payload);
  const auto contents = amr_contents(bits, is_octet_aligned);
  if (!contents) return result;
  result.frames.reserve(contents->size());
  for (const AmrEntry& entry : *contents) {
    const auto mode = amr_mode(band, entry.type);
    if (!mode) return result;
    auto speech = bits.take_bytes(mode->bits);
    if (!speech) return result;
    if (is_octet_aligned) bits.align();
    if (!mode->is_speech) {
      result.frames.push_back({.silent_samples = samples});
      continue;
    }
    speech->insert(speech->begin(),
                   static_cast<std::byte>((entry.type << 3U) | (entry.quality << 2U)));
    result.frames.push_back({.bytes = std::move(*speech)});
  }
  result.is_whole = true;
  return result;
}

}  // namespace trunkline::media
