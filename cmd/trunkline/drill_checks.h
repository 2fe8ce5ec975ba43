// SPDX-License-Identifier: MIT
#pragma once

// What a drill finds out about a backup that it has restored beside the living site.

#include <string>
#include <vector>

#include "backup/repository.h"
#include "catalogue/audit.h"
#include "cli/context.h"
#include "keystore/key_store.h"

namespace trunkline::commands {

enum class Outcome : std::uint8_t { good, failed, unproved };
std::string_view name_of(Outcome outcome);

struct DrillCheck {
  std::string about;
  Outcome outcome = Outcome::good;
  std::string found;
};
using DrillChecks = std::vector<DrillCheck>;

/// The scratch folder of a drill and what it is about.
struct Drill {
  cli::Context& context;
  backup::Repository& repository;
  const backup::Manifest& manifest;
  std::filesystem::path folder;
  std::size_t recordings = 0;  ///< so many are opened
};

/// What the restored database is called in the scratch cluster.
inline constexpr const char* kDrillDatabase = "drill";
/// Loading it and proving it may take as long as that.
inline constexpr core::Milliseconds kDrillPatience = std::chrono::hours(24);

// drill_files.cpp
/// The restored keys, opened by the sealed ring's copy; nullptr where there are none.
std::unique_ptr<keystore::KeyStore> restore_drill_keys(const Drill& drill, DrillChecks& checks);
/// Fetches some recordings at random and opens every segment of each.
void check_recordings(const Drill& drill, const keystore::KeyStore* keys,
                      db::Connection& connection, DrillChecks& checks);
/// What lives here and is older than the backup has to be in it.
void check_living_files(const Drill& drill, DrillChecks& checks);

// drill_database.cpp
/// Restores into the scratch cluster and compares.
void load_drill_database(const Drill& drill, const std::string& url, DrillChecks& checks);
/// Hash chains of ledger and audit log, and what the journals add.
void prove_drill_database(const Drill& drill, db::Connection& connection, DrillChecks& checks);
void check_living_rows(const Drill& drill, DrillChecks& checks);

}  // namespace trunkline::commands
