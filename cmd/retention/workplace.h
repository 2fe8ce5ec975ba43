// SPDX-License-Identifier: MIT
#pragma once

// What the verbs that erase work on: the journal of erasures with its lock, the database in the
// role that may erase, the key store, and the recordings' location, which is proved to be the one
// it was before anything is erased.

#include <filesystem>
#include <memory>
#include <set>

#include "archive/erasing.h"
#include "cli/context.h"
#include "retention/runs.h"

namespace trunkline::commands {

/// Exit codes that all of these verbs share.
std::vector<cli::ExitNote> erasing_exits();

class Workplace {
 public:
  /// Throws core::Error: try_again while another run is under way, unavailable where the database
  /// is away or the recordings' disk is not mounted.
  Workplace(cli::Context& context, std::string_view verb);

  retention::EraserParts parts();
  db::Connection& database() { return database_; }
  retention::ErasureJournal& journal() { return journal_; }

  /// ledger.archive_dir
  const std::filesystem::path& archives() const { return archives_; }

  /// Removes from the archives what a crash left there, ends what it left begun, and says so. To be
  /// called before anything else is erased.
  void resume(core::Time now);
  /// Erases again all that the journal names, in archived months, too.
  retention::Erased reapply(const core::Uuid& run, core::Time now);
  /// Archives again what is back only to be erased in, and what is back and was erased from without
  /// its file. False, and a warning, where that cannot be done now.
  bool archive_again(core::Time now);
  /// Says which archived months were erased in.
  void note_reached(const std::vector<std::string>& months);
  /// Warns of archived months that cannot be reached, each once.
  void note_unreached(std::span<const archive::Unreached> unreached);
  /// "2024-01", ... of those.
  const std::set<std::string>& unreached() const { return unreached_; }
  /// Applies the whole journal again where the database is older than it: it was restored.
  void reapply_if_restored(core::Time now);
  /// Runs `erase` as a run that the database knows of from its beginning to its end. `withheld` is
  /// noted with it.
  retention::Erased run(const core::Uuid& id, retention::RunKind kind, core::Time now,
                        std::uint64_t withheld, const std::function<retention::Erased()>& erase);
  /// Notes a sweep that stopped before it erased anything.
  void refuse(core::Time now, const std::string& why);
  /// Copies the key store to its mirror, so that the keys are gone there, too; false, and a
  /// warning, where that cannot be done now.
  bool refresh_mirror();

 private:
  void tidy_archives(core::Time now);

  cli::Context& context_;
  std::filesystem::path archives_;
  std::set<std::string> unreached_;
  retention::ErasureJournal journal_;
  db::Connection database_;
  std::unique_ptr<keystore::KeyStore> keys_;
  std::unique_ptr<storage::Location> recordings_;
};

/// For --dry-run it cannot write.
db::Connection open_retention(cli::Context& context, std::string_view verb, bool is_read_only);

/// "12 recordings (1.5 MiB) and 3 calls"
std::string shown(const cli::Output& out, std::uint64_t recordings, std::int64_t bytes,
                  std::uint64_t calls);

}  // namespace trunkline::commands
