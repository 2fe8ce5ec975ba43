// SPDX-License-Identifier: MIT
#pragma once

// Finishes files that a crash left without a last segment. The whole segments move into a new file
// under a new data key (an index is never encrypted twice under one key), which then takes the old
// one's place. A crash at any point of it leaves a file and a key that fit each other.

#include <cstdint>
#include <filesystem>

#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"
#include "keystore/key_store.h"
#include "sealed/format.h"

namespace trunkline::sealed {

struct Recovered {
  Header header;                    ///< of the file as it is now
  keystore::KeyId key_id;           ///< what its data key is wrapped under
  bool was_finalised = false;       ///< there was nothing to do
  std::uint32_t segments = 0;       ///< in the file now
  std::uint32_t silenced = 0;       ///< of these, damaged ones that were replaced by silence
  std::uint64_t dropped_bytes = 0;  ///< the part of a segment that the crash cut
  core::Milliseconds duration{0};
  core::ByteCount bytes;  ///< the file's length now
};

/// `path` is the file itself. On disk (file, folder, key row) when it returns. The file that cannot
/// be recovered stays as it is; the fault says why.
[[nodiscard]] core::Result<Recovered> finalise_truncated(const std::filesystem::path& path,
                                                         keystore::KeyStore& keys, core::Time now);

}  // namespace trunkline::sealed
