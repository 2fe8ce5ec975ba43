// SPDX-License-Identifier: MIT
#pragma once

// Whether a file is still the one that was read: for programs that look from time to time instead
// of being told.

#include <cstdint>
#include <filesystem>
#include <optional>

namespace trunkline::os {

/// Changes with content, owner and mode, and when another file takes the name.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t changed_ns = 0;

  bool operator==(const FileStamp&) const = default;
};

/// Nothing where the file is not there or cannot be looked at.
std::optional<FileStamp> file_stamp(const std::filesystem::path& path);

}  // namespace trunkline::os
