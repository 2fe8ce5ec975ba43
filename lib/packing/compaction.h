// SPDX-License-Identifier: MIT
#pragma once

// Writes a recording's file anew with its samples packed, beside the old one, compares the two, and
// puts the new one into the old one's place. Both are sealed under the recording's one data key,
// each with a salt of its own and so with another file key: no key is made or erased, a backup of
// the old file still opens, and erasing the recording's key erases both. A crash at any point
// leaves one file in its place that can be read; what is beside it (.compacting) is written over
// next time.

#include <filesystem>
#include <string>

#include "core/error.h"
#include "core/strong.h"
#include "keystore/key_store.h"
#include "packing/source.h"

namespace trunkline::packing {

/// Behind the file's name while it is written.
inline constexpr std::string_view kUnderWay = ".compacting";

/// Of a block, so much is decrypted and unpacked to begin anywhere.
inline constexpr std::uint16_t kBlockMs = 10'000;

class [[nodiscard]] Compaction {
 public:
  /// Opens the file as it is, which is that recording's. A file without its end is a fault (data):
  /// it is recorderd's yet.
  [[nodiscard]] static core::Result<Compaction> begin(const std::filesystem::path& path,
                                                      core::RecordingId recording,
                                                      const keystore::KeyStore& keys);
  Compaction(Compaction&&) noexcept = default;
  Compaction& operator=(Compaction&&) noexcept = delete;
  /// What was written and not committed goes.
  ~Compaction();

  /// None where it is still to be done.
  sealed::Packing packing() const { return source_.header().format.packing; }
  /// What the recording's key is wrapped under.
  const keystore::KeyId& key_id() const { return key_.wrapped_by; }
  /// The file's length as it is.
  core::ByteCount bytes() const { return bytes_; }
  /// `wanted`, or FLAC where the format cannot be packed so.
  sealed::Packing possible(sealed::Packing wanted) const;

  /// Writes the packed file, reads it back and compares it: packed by FLAC each sample, by Opus
  /// their number. On disk when it returns. Returns its length.
  [[nodiscard]] core::Result<core::ByteCount> write(sealed::Packing packing);
  /// Puts what was written into the old file's place; on disk when it returns.
  [[nodiscard]] core::Result<void> commit();

 private:
  Compaction(std::filesystem::path path, Source source, keystore::DataKey key,
             core::ByteCount bytes)
      : path_(std::move(path)), source_(std::move(source)), key_(std::move(key)), bytes_(bytes) {}

  std::filesystem::path fresh() const { return path_.string() + std::string(kUnderWay); }
  core::Result<void> fill(const sealed::Header& header);
  core::Result<void> compare();

  std::filesystem::path path_;
  Source source_;
  keystore::DataKey key_;
  core::ByteCount bytes_;
  bool has_written_ = false;
};

}  // namespace trunkline::packing
