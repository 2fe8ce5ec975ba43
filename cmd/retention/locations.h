// SPDX-License-Identifier: MIT
#pragma once

// The recordings' location, hot and cold tier, as the verbs of retention open it: proved to be the
// disks they were before, by the identities that the erasure journal keeps.

#include <filesystem>
#include <memory>

#include "cli/context.h"
#include "db/connection.h"
#include "retention/erasures.h"
#include "storage/location.h"

namespace trunkline::commands {

cli::Option adopt_option();

/// The folder the cold tier's disk is mounted at.
std::filesystem::path cold_folder(const config::Config& config);

/// Both tiers, or the hot one alone where nothing was ever moved. The first time, or with --adopt,
/// what is there is taken for the recordings' own, by what is in it: an empty folder where a disk
/// should be mounted has none of the recordings. Throws core::Error: unavailable where a disk is
/// not mounted.
std::unique_ptr<storage::Location> open_to_erase(cli::Context& context, db::Connection& database,
                                                 retention::ErasureJournal& journal);

/// Both tiers. The first time the cold one is taken as it is, where it is another disk than the hot
/// one or --adopt says so. Throws core::Error: config where there is no cold folder, or where it is
/// somebody else's.
std::unique_ptr<storage::Location> open_to_move(cli::Context& context, db::Connection& database,
                                                retention::ErasureJournal& journal);

/// For --dry-run: what is there, and nothing of it can be changed.
std::unique_ptr<storage::Location> open_dry_recordings(cli::Context& context);

}  // namespace trunkline::commands
