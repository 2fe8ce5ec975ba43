// SPDX-License-Identifier: MIT
#pragma once

// Files that are copied and hashed in one pass, and trees of them. Copies have mode 0600 and the
// time of what they are copies of; they are synced all at once, by sync_file_system().

#include <filesystem>
#include <string>
#include <vector>

#include "backup/manifest.h"
#include "core/error.h"

namespace trunkline::backup {

/// Size, time and hash of root/path. A file that changes meanwhile is a fault (try_again).
[[nodiscard]] core::Result<FileEntry> describe(const std::filesystem::path& root,
                                               const std::string& path);
/// The same, and a copy at `target`, whose folder is made; a file that was there is replaced. A
/// fault leaves no target behind.
[[nodiscard]] core::Result<FileEntry> copy_file(const std::filesystem::path& root,
                                                const std::string& path,
                                                const std::filesystem::path& target);
/// Size and time without reading it; the hash is zero.
[[nodiscard]] core::Result<FileEntry> look_at(const std::filesystem::path& root,
                                              const std::string& path);

/// Paths of the files below root/folder, relative to root, sorted. No folder: none.
[[nodiscard]] core::Result<std::vector<std::string>> files_below(const std::filesystem::path& root,
                                                                 const std::string& folder);
/// Everything written to the file system that `path` is on, is on disk.
[[nodiscard]] core::Result<void> sync_file_system(const std::filesystem::path& path);
/// Renames and makes that last.
[[nodiscard]] core::Result<void> rename_synced(const std::filesystem::path& from,
                                               const std::filesystem::path& to);
/// mkdir -p, mode 0700 where it makes one.
[[nodiscard]] core::Result<void> make_folders(const std::filesystem::path& folder);

}  // namespace trunkline::backup
