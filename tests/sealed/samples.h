// SPDX-License-Identifier: MIT
#pragma once

// A place for sealed files and the keys they need, and plaintext that tells where it is from.

#include <fstream>
#include <string>

#include "keystore/key_store.h"
#include "sealed/format.h"
#include "sealed/reader.h"
#include "sealed/writer.h"
#include "support/content.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::sealed {

inline const core::Time kStart = test::FakeClock().wall();  // 2026-11-21T08:00:00Z

/// Stereo, 8 frames a segment: 16 bytes of mu-law.
inline constexpr Format kTiny{
    .codec = Codec::mulaw, .channels = 2, .sample_rate = 8000, .segment_ms = 1};

inline core::Bytes plaintext(std::size_t size, std::uint8_t from = 0) {
  core::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(from + i);
  return bytes;
}

using test::content_of;

inline void set_content(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

struct World {
  test::TemporaryDirectory directory;
  std::filesystem::path root = directory.path() / "recordings";
  keystore::KeyStore keys{directory.path() / "keys.db", keystore::KeyRing::generate(kStart)};
  core::RecordingId recording = core::RecordingId::make(kStart);
  std::filesystem::path path = root / relative_path(recording, kStart);

  World() { std::filesystem::create_directory(root); }

  core::Result<Writer> try_create(const Format& format = kTiny) {
    return Writer::create(root, {.recording = recording, .format = format, .started_at = kStart},
                          keys);
  }
  Writer create(const Format& format = kTiny) {
    auto writer = try_create(format);
    if (!writer) throw core::Error(writer.error());
    return std::move(*writer);
  }
  /// `whole` segments with the numbers 0, 16, 32, ... as first bytes.
  Writer write(std::uint8_t whole) {
    Writer writer = create();
    for (std::uint8_t i = 0; i < whole; ++i)
      core::value_or_throw(writer.append(plaintext(16, static_cast<std::uint8_t>(16 * i))));
    return writer;
  }
  core::Result<Reader> read() const { return Reader::open(path, keys); }
  Reader reader() const {
    auto opened = read();
    if (!opened) throw core::Error(opened.error());
    return std::move(*opened);
  }
};

/// Everything the reader has, by segments.
inline core::Bytes all_of(Reader& reader) {
  core::Bytes bytes;
  for (std::uint32_t i = 0; i < reader.segments(); ++i) {
    const core::ByteView segment = core::value_or_throw(reader.segment(i));
    bytes.insert(bytes.end(), segment.begin(), segment.end());
  }
  return bytes;
}

}  // namespace trunkline::sealed
