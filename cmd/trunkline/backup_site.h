// SPDX-License-Identifier: MIT
#pragma once

// What the verbs of backups share: where they lie, the site's lock, and the notes of what was done.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "backup/keep.h"
#include "backup/repository.h"
#include "cli/context.h"
#include "os/fd.h"

namespace trunkline::commands {

/// Throws core::Error (config) where the settings name no place.
std::unique_ptr<backup::Repository> open_backups(const config::Config& config);
backup::KeepRules keep_rules(const config::Config& config);
/// backup.state_dir, made if need be.
std::filesystem::path backup_state(const config::Config& config);

/// One backup, restore, drill or prune of the site at a time; the kernel takes the lock back from
/// one that dies. Throws core::Error (try_again) where another has it.
class [[nodiscard]] BackupLock {
 public:
  explicit BackupLock(const config::Config& config);

 private:
  os::Fd lock_;
};

/// The argument NAME: a backup's name, a unique beginning of one, or, where it is not given,
/// the newest. Throws core::Error (no_input).
std::string chosen_backup(cli::Context& context, backup::Repository& repository);

/// As backup.v1 has it.
core::Json to_json(const backup::Manifest& manifest);

/// What became of a backup, a restore or a drill.
struct Run {
  std::string kind = {};  ///< "backup", "restore", "drill"
  std::string name = {};  ///< the backup's
  bool is_good = true;
  core::Milliseconds took{0};
  core::Json detail = core::Json::object();
};
/// Notes it beside the state, in the table of runs and in the audit log. Where the database is away
/// a warning says so.
void note_run(cli::Context& context, const Run& run);

/// The last run of a kind as its note has it; nothing where there is none, or it is not readable.
struct LastRun {
  std::string name = {};
  core::Time at = {};
  bool is_good = false;
};
std::optional<LastRun> last_run(const config::Config& config, const std::string& kind);

/// Whether one path is the other, or lies below it.
bool are_nested(const std::filesystem::path& left, const std::filesystem::path& right);

}  // namespace trunkline::commands
