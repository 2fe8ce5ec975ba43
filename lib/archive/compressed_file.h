// SPDX-License-Identifier: MIT
#pragma once

// Files compressed by zstd, written and read as a stream, with the SHA-256 of what is inside.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "core/strong.h"
#include "crypto/hash.h"

namespace trunkline::archive {

/// Writes a file that has its name only when all of it is on disk. Throws core::Error.
class CompressedWriter {
 public:
  /// `note` is no part of the content: every reader of zstd passes over it, note_of() gives it.
  explicit CompressedWriter(std::filesystem::path target, std::string_view note = {});
  /// What was not finished is removed.
  ~CompressedWriter();
  CompressedWriter(const CompressedWriter&) = delete;
  CompressedWriter& operator=(const CompressedWriter&) = delete;

  void write(std::string_view bytes);
  /// fsync, the name, fsync of the folder; the digest of all that was written.
  crypto::Sha256 finish();

 private:
  class Stream;
  std::unique_ptr<Stream> stream_;
};

class CompressedReader {
 public:
  [[nodiscard]] static core::Result<CompressedReader> open(const std::filesystem::path& path);
  CompressedReader(CompressedReader&&) noexcept;
  CompressedReader& operator=(CompressedReader&&) noexcept;
  ~CompressedReader();

  /// Puts bytes into the space and says how many; 0 is the end. A damaged or cut file throws
  /// core::Error (data).
  std::size_t read(std::span<char> space);

 private:
  class Stream;
  explicit CompressedReader(std::unique_ptr<Stream> stream);
  std::unique_ptr<Stream> stream_;
};

/// The note a file was written with; empty where there is none.
[[nodiscard]] core::Result<std::string> note_of(const std::filesystem::path& path);

/// Reads the file from the disk, not from memory, and gives the digest of what is inside.
[[nodiscard]] core::Result<crypto::Sha256> digest_of(const std::filesystem::path& path);

}  // namespace trunkline::archive
