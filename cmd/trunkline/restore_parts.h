// SPDX-License-Identifier: MIT
#pragma once

// The parts of a restore. Each part is planned first, which changes nothing and says what is there
// already, then done. Each may be cut short anywhere and done again: what is whole is passed over.

#include <string>
#include <vector>

#include "backup/repository.h"
#include "cli/context.h"
#include "db/connection.h"

namespace trunkline::commands {

struct RestoreSource {
  backup::Repository& repository;
  const backup::Manifest& manifest;

  std::vector<backup::FileEntry> files_of(std::string_view part) const;
};

struct RestorePlan {
  std::string says = {};    ///< what would be done, and what would be lost
  bool overwrites = false;  ///< something that lives here would be another afterwards
};

// restore_files.cpp
/// Gives a file or folder to whom `model` belongs, where we may: only root can.
void give_like(const std::filesystem::path& path, const std::filesystem::path& model);
RestorePlan plan_configuration(cli::Context& context, const RestoreSource& source);
std::string restore_configuration(cli::Context& context, const RestoreSource& source);
RestorePlan plan_recordings(cli::Context& context, const RestoreSource& source);
std::string restore_recordings(cli::Context& context, const RestoreSource& source);

RestorePlan plan_archives(cli::Context& context, const RestoreSource& source);
std::string restore_archives(cli::Context& context, const RestoreSource& source);

// restore_keys.cpp
RestorePlan plan_keys(cli::Context& context);
std::string restore_keys(cli::Context& context);

// restore_database.cpp
RestorePlan plan_database(cli::Context& context, const RestoreSource& source);
std::string restore_database(cli::Context& context, const RestoreSource& source);

/// Entries of a journal that the ledger behind the connection lacks are shipped; how many those
/// were. For drills, too.
std::uint64_t replay_journal(db::Connection& connection, const std::filesystem::path& journal,
                             const std::string& daemon);

}  // namespace trunkline::commands
