// SPDX-License-Identifier: MIT
#pragma once

// The bytes of local files on their way into a location: read once, summed while they pass.

#include <filesystem>
#include <optional>

#include "core/error.h"
#include "crypto/hash.h"
#include "os/fd.h"
#include "storage/location.h"

namespace trunkline::storage {

/// A regular file; a link is followed.
[[nodiscard]] core::Result<os::Fd> open_source(const std::filesystem::path& path);

/// Counts and digests what passes.
class Summing {
 public:
  void add(core::ByteView bytes) {
    digest_.add(bytes);
    bytes_ += bytes.size();
  }
  Stored finish() { return {.bytes = core::ByteCount(bytes_), .digest = digest_.finish()}; }

 private:
  crypto::Sha256Stream digest_;
  std::uint64_t bytes_ = 0;
};

/// From the file's start to its end, into `to` where there is one: 0, or the error number of the
/// read or write that failed.
[[nodiscard]] int copy_bytes(int from, std::optional<int> to, Summing& sum);

}  // namespace trunkline::storage
