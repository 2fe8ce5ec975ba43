// SPDX-License-Identifier: MIT
#pragma once

// Where backups lie: one interface over plain files, restic and rclone.
//
// A backup is made in three steps. begin() gives a folder for what is made for it (dump,
// configuration, journals). take() brings in one recording after the other. commit() makes it a
// backup: until then list() does not show it, and whatever is left of one that was cut short goes
// with the next begin(). What was whole before stays so at every moment.
//
// Whoever calls holds the site's lock: one at a time.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "backup/manifest.h"
#include "core/error.h"
#include "core/time.h"

namespace trunkline::backup {

struct Place {
  std::string tool = "files";              ///< files, restic, rclone
  std::filesystem::path target = {};       ///< files: the folder
  std::string repository = {};             ///< restic: its repository; rclone: REMOTE:PATH
  std::filesystem::path password = {};     ///< restic: the file with its password
  std::filesystem::path tool_config = {};  ///< rclone: its configuration; empty: its own default
  std::filesystem::path work = {};         ///< ours, for what restic and rclone are given
  std::filesystem::path recordings = {};   ///< recording.path
};

/// What verify() found about one file.
struct Damage {
  std::string path;
  std::string what;  ///< "missing", "changed", "cannot be read: ..."
};

class Repository {
 public:
  Repository() = default;
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
  virtual ~Repository() = default;

  /// For messages: "/srv/backup", "restic:/srv/restic".
  virtual std::string name() const = 0;
  /// Names of whole backups, oldest first.
  [[nodiscard]] virtual core::Result<std::vector<std::string>> list() = 0;

  /// An empty folder for what is made for the backup of this name.
  [[nodiscard]] virtual core::Result<std::filesystem::path> begin(const std::string& name) = 0;
  /// A recording of recording.path, as path "recordings/...". `before` is its entry in the newest
  /// backup, or nullptr: where size and time are the same it is not read again.
  [[nodiscard]] virtual core::Result<FileEntry> take(const std::string& path,
                                                     const FileEntry* before) = 0;
  /// `left_out`: recordings of recording.path that are not in the manifest.
  [[nodiscard]] virtual core::Result<void> commit(const Manifest& manifest,
                                                  const std::vector<std::string>& left_out) = 0;
  /// Removes what begin() and take() made. Never throws; what fails is removed by the next begin().
  virtual void give_up() noexcept = 0;

  [[nodiscard]] virtual core::Result<std::string> manifest_text(const std::string& name) = 0;
  /// Copies files of the backup below `into`, by their paths. Not checked against the manifest:
  /// fetch() of fetch.h does that.
  [[nodiscard]] virtual core::Result<void> fetch(const Manifest& manifest,
                                                 const std::vector<FileEntry>& files,
                                                 const std::filesystem::path& into) = 0;
  /// Whether all is there, by names and sizes; reads no file.
  [[nodiscard]] virtual core::Result<std::vector<Damage>> look(const Manifest& manifest) = 0;
  /// Reads everything and compares it with the manifest.
  [[nodiscard]] virtual core::Result<std::vector<Damage>> verify(const Manifest& manifest) = 0;
  [[nodiscard]] virtual core::Result<void> remove(const std::vector<std::string>& names) = 0;
};

/// A fault (config) where the place is not named, or its tool is not there.
[[nodiscard]] core::Result<std::unique_ptr<Repository>> open_repository(Place place);

/// The manifest of a backup, which has to be that of this name.
[[nodiscard]] core::Result<Manifest> read_manifest(Repository& repository, const std::string& name);
/// Files of a backup below `into`, each compared with the manifest. A fault (data) names the first
/// that is not what it was.
[[nodiscard]] core::Result<void> fetch_checked(Repository& repository, const Manifest& manifest,
                                               const std::vector<FileEntry>& files,
                                               const std::filesystem::path& into);
/// Compares a folder with entries of a manifest.
[[nodiscard]] std::vector<Damage> compare_files(const std::filesystem::path& folder,
                                                const std::vector<FileEntry>& files);
/// What the folder of begin() holds, as entries.
[[nodiscard]] core::Result<std::vector<FileEntry>> describe_folder(
    const std::filesystem::path& folder);

}  // namespace trunkline::backup
