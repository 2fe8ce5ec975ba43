// SPDX-License-Identifier: MIT
#pragma once

// The samples of a sealed file, whether they lie in it as they were recorded or packed: who plays,
// exports or compares a recording does not see which. Only what is asked for is decrypted, and
// unpacked in blocks of some seconds.

#include <filesystem>
#include <optional>
#include <span>

#include "audio/codec.h"
#include "audio/sound_block.h"
#include "core/time.h"
#include "packing/container.h"
#include "sealed/reader.h"

namespace trunkline::packing {

audio::Codec audio_codec(sealed::Codec codec);
sealed::Codec sealed_codec(audio::Codec codec);
/// Not of Packing::none.
audio::BlockType block_type(sealed::Packing packing);

/// One thread at a time.
class [[nodiscard]] Source {
 public:
  /// As sealed::Reader::open().
  [[nodiscard]] static core::Result<Source> open(const std::filesystem::path& path,
                                                 const keystore::KeyStore& keys);
  /// Packed samples without their end are a fault (data).
  [[nodiscard]] static core::Result<Source> of(sealed::Reader reader);

  const sealed::Header& header() const noexcept { return reader_.header(); }
  /// What read() gives.
  const audio::Format& format() const noexcept { return format_; }
  bool is_finalised() const noexcept { return reader_.is_finalised(); }
  /// Bytes of all samples.
  std::uint64_t size() const noexcept;
  core::Milliseconds duration() const noexcept;
  /// The offset of the frame that is played at `moment` after the start; size() at the most.
  std::uint64_t offset_at(core::Milliseconds moment) const noexcept;

  /// Fills `bytes` with samples from `offset` on; fewer only at the end. A fault (data) says where
  /// the file was changed.
  [[nodiscard]] core::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> bytes);

 private:
  explicit Source(sealed::Reader reader);
  /// Unpacks the block into block_.
  core::Result<void> unpack(std::size_t index);

  sealed::Reader reader_;
  audio::Format format_;
  std::optional<Contents> contents_;  ///< of packed samples
  core::Bytes block_;
  std::optional<std::size_t> unpacked_;
};

}  // namespace trunkline::packing
