// SPDX-License-Identifier: MIT
#include "sealed/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/crc32c.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"

namespace trunkline::sealed {
namespace {

constexpr std::string_view kMagic = "TLSEAL01";
constexpr std::uint16_t kVersion = 1;
constexpr std::byte kAes256Gcm{1};
constexpr std::byte kHkdfSha256{1};
constexpr std::size_t kLargestSegment = 16UL * 1024 * 1024;

// Where the fields are (PROTOCOLS: sealed file); all numbers big-endian.
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kHeaderSizeAt = 10;
constexpr std::size_t kAeadAt = 12;
constexpr std::size_t kKdfAt = 13;
constexpr std::size_t kFlagsAt = 14;
constexpr std::size_t kIdAt = 16;
constexpr std::size_t kSaltAt = 32;
constexpr std::size_t kPrefixAt = 64;
constexpr std::size_t kSegmentSizeAt = 72;
constexpr std::size_t kCodecAt = 76;
constexpr std::size_t kChannelsAt = 77;
constexpr std::size_t kSegmentMsAt = 78;
constexpr std::size_t kRateAt = 80;
constexpr std::size_t kStartAt = 84;
constexpr std::size_t kPackingAt = 92;
constexpr std::size_t kReservedAt = 93;
constexpr std::size_t kCrcAt = 252;

tl::unexpected<core::Fault> not_sealed(std::string_view why) {
  return core::fault(core::ExitCode::data, fmt::format("this is not a sealed file: {}", why));
}

}  // namespace

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::mulaw:
      return "mulaw";
    case Codec::alaw:
      return "alaw";
    case Codec::s16le:
      return "s16le";
  }
  return "unknown";
}

std::string_view name_of(Packing packing) {
  switch (packing) {
    case Packing::none:
      return "none";
    case Packing::flac:
      return "flac";
    case Packing::opus:
      return "opus";
  }
  return "unknown";
}

std::size_t sample_size(Codec codec) {
  return codec == Codec::s16le ? 2 : 1;
}

std::byte silence_of(Codec codec) {
  switch (codec) {
    case Codec::mulaw:
      return std::byte{0xff};
    case Codec::alaw:
      return std::byte{0xd5};
    case Codec::s16le:
      return std::byte{0};
  }
  return std::byte{0};
}

core::Result<void> check(const Format& format) {
  const auto impossible = [](std::string_view what) {
    return core::fault(core::ExitCode::data, fmt::format("a recording cannot have {}", what));
  };
  if (format.channels < 1 || format.channels > 8)
    return impossible(fmt::format("{} channels", format.channels));
  if (format.sample_rate < 1 || format.sample_rate > 384'000)
    return impossible(fmt::format("{} samples per second", format.sample_rate));
  if (format.segment_ms == 0 || std::uint64_t{format.sample_rate} * format.segment_ms % 1000 != 0)
    return impossible(fmt::format("segments of {} ms", format.segment_ms));
  if (format.segment_size() > kLargestSegment)
    return impossible(fmt::format("segments of {} bytes", format.segment_size()));
  return {};
}

HeaderBytes write_header(const Header& header) {
  HeaderBytes bytes{};
  const auto place = [&](std::size_t at, core::ByteView field) {
    std::copy(field.begin(), field.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  };
  place(0, core::as_bytes(kMagic));
  core::write_u16(bytes, kVersionAt, kVersion);
  core::write_u16(bytes, kHeaderSizeAt, kHeaderSize);
  bytes[kAeadAt] = kAes256Gcm;
  bytes[kKdfAt] = kHkdfSha256;
  place(kIdAt, header.recording.uuid().bytes());
  place(kSaltAt, header.salt);
  place(kPrefixAt, header.nonce_prefix);
  core::write_u32(bytes, kSegmentSizeAt, static_cast<std::uint32_t>(header.format.segment_size()));
  bytes[kCodecAt] = static_cast<std::byte>(header.format.codec);
  bytes[kChannelsAt] = static_cast<std::byte>(header.format.channels);
  core::write_u16(bytes, kSegmentMsAt, header.format.segment_ms);
  core::write_u32(bytes, kRateAt, header.format.sample_rate);
  bytes[kPackingAt] = static_cast<std::byte>(header.format.packing);
  core::write_u64(bytes, kStartAt,
                  static_cast<std::uint64_t>(core::to_microseconds(header.started_at)));
  core::write_u32(bytes, kCrcAt, crypto::crc32c(core::ByteView(bytes).first(kCrcAt)));
  return bytes;
}

core::Result<Header> parse_header(core::ByteView bytes) {
  if (bytes.size() < kHeaderSize) return not_sealed("it is shorter than a header");
  bytes = bytes.first(kHeaderSize);
  if (core::as_text(bytes.first(kMagic.size())) != kMagic) return not_sealed("wrong first bytes");
  if (core::read_u16(bytes, kVersionAt) != kVersion)
    return core::fault(
        core::ExitCode::data,
        fmt::format("this sealed file has version {}", core::read_u16(bytes, kVersionAt)),
        "a newer trunkline reads it");
  if (core::read_u32(bytes, kCrcAt) != crypto::crc32c(bytes.first(kCrcAt)))
    return core::fault(core::ExitCode::data, "the sealed file's header is damaged",
                       "restore the file from its backup");
  const bool has_known_algorithms = core::read_u16(bytes, kHeaderSizeAt) == kHeaderSize &&
                                    bytes[kAeadAt] == kAes256Gcm && bytes[kKdfAt] == kHkdfSha256 &&
                                    core::read_u16(bytes, kFlagsAt) == 0;
  if (!has_known_algorithms) return not_sealed("unknown algorithms or flags");
  const core::ByteView reserved = bytes.subspan(kReservedAt, kCrcAt - kReservedAt);
  if (bytes[kPrefixAt + 7] != std::byte{0} ||
      std::any_of(reserved.begin(), reserved.end(), [](std::byte b) { return b != std::byte{0}; }))
    return not_sealed("reserved bytes are not zero");

  Header header;
  std::array<std::byte, 16> id{};
  std::copy_n(bytes.begin() + kIdAt, id.size(), id.begin());
  header.recording = core::RecordingId(core::Uuid(id));
  std::copy_n(bytes.begin() + kSaltAt, header.salt.size(), header.salt.begin());
  std::copy_n(bytes.begin() + kPrefixAt, header.nonce_prefix.size(), header.nonce_prefix.begin());
  const auto codec = std::to_integer<std::uint8_t>(bytes[kCodecAt]);
  if (codec < 1 || codec > 3) return not_sealed(fmt::format("unknown codec {}", codec));
  const auto packing = std::to_integer<std::uint8_t>(bytes[kPackingAt]);
  if (packing > 2) return not_sealed(fmt::format("unknown packing {}", packing));
  header.format = {.codec = static_cast<Codec>(codec),
                   .channels = std::to_integer<std::uint8_t>(bytes[kChannelsAt]),
                   .sample_rate = core::read_u32(bytes, kRateAt),
                   .segment_ms = core::read_u16(bytes, kSegmentMsAt),
                   .packing = static_cast<Packing>(packing)};
  if (auto possible = check(header.format); !possible) return tl::unexpected(possible.error());
  if (header.format.segment_size() != core::read_u32(bytes, kSegmentSizeAt))
    return not_sealed("its segment size does not fit its format");
  header.started_at =
      core::from_microseconds(static_cast<std::int64_t>(core::read_u64(bytes, kStartAt)));
  return header;
}

core::Secret file_key(const core::Secret& data_key, const HeaderBytes& header) {
  core::Bytes info(core::as_bytes(kMagic).begin(), core::as_bytes(kMagic).end());
  const crypto::Sha256 digest = crypto::sha256(header);
  info.insert(info.end(), digest.begin(), digest.end());
  return crypto::hkdf_sha256(data_key.reveal(), core::ByteView(header).subspan(kSaltAt, 32), info,
                             crypto::kAeadKeySize);
}

crypto::AeadNonce segment_nonce(const Header& header, std::uint32_t index, bool is_last) {
  crypto::AeadNonce nonce{};
  std::copy(header.nonce_prefix.begin(), header.nonce_prefix.end(), nonce.begin());
  core::write_u32(nonce, header.nonce_prefix.size(), index);
  nonce.back() = std::byte{is_last};
  return nonce;
}

std::string relative_path(core::RecordingId recording, core::Time started_at) {
  const std::string day = core::to_rfc3339(started_at);
  return fmt::format("{}/{}/{}/recording_{}.wav.enc", day.substr(0, 4), day.substr(5, 2),
                     day.substr(8, 2), recording.text());
}

core::Result<core::RecordingId> recording_of(std::string_view path) {
  constexpr std::string_view kBefore = "recording_";
  constexpr std::string_view kAfter = ".wav.enc";
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.starts_with(kBefore) && name.ends_with(kAfter)) {
    name.remove_prefix(kBefore.size());
    name.remove_suffix(kAfter.size());
    if (auto id = core::RecordingId::parse(name)) return id;
  }
  return core::fault(core::ExitCode::data,
                     fmt::format("'{}' is not the name of a recording's file", path));
}

}  // namespace trunkline::sealed
