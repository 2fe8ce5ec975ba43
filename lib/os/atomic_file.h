// SPDX-License-Identifier: MIT
#pragma once

// Whole files: a reader, also after a crash, sees the old content or the new, never a part.

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "core/bytes.h"
#include "core/error.h"
#include "core/strong.h"

namespace trunkline::os {

/// Replaces `path` by `bytes` with exactly `mode` (the umask does not count). The content is on
/// disk when it returns: temporary file in the same folder, fsync, rename, fsync of the folder.
[[nodiscard]] core::Result<void> write_atomically(const std::filesystem::path& path,
                                                  core::ByteView bytes, mode_t mode = 0640);

/// A file longer than `limit` is a fault, a missing one has the code no_input.
[[nodiscard]] core::Result<core::Bytes> read_file(const std::filesystem::path& path,
                                                  core::ByteCount limit);
[[nodiscard]] core::Result<std::string> read_text_file(const std::filesystem::path& path,
                                                       core::ByteCount limit);

}  // namespace trunkline::os
