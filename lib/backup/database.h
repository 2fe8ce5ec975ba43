// SPDX-License-Identifier: MIT
#pragma once

// The database's part of a backup: a dump in pg_dump's directory format with what was counted at
// the very same moment, and back into an empty database.

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/strong.h"
#include "db/connection.h"

namespace trunkline::backup {

/// PostgreSQL's own programs: the newest that are installed. A fault (config) where there are none.
[[nodiscard]] core::Result<std::filesystem::path> postgres_programs();

using Counts = std::map<std::string, std::int64_t>;
/// Rows of every table of the schema.
Counts count_rows(db::Connection& connection);
core::Json to_json(const Counts& counts);
Counts counts_of(const core::Json& json);

struct DumpOptions {
  std::string url = {};
  std::filesystem::path folder = {};  ///< of the backup: the dump is made in folder/database
  std::filesystem::path work = {};    ///< for a file that only its owner can read
  unsigned jobs = 2;
};
/// Dumps, and returns the facts of the manifest: "tables" (rows of each), "migration" (the newest),
/// "server" (its version), "nodes" (journals and their watermarks), "name". Throws core::Error.
[[nodiscard]] core::Json dump_database(const DumpOptions& options);

/// Fills an empty database, whose name stands in for that of `url`. Throws core::Error.
void load_dump(const DumpOptions& options, const std::string& database);

/// Of these paths, those of recordings that have ended, as far as the ledger knows.
std::set<std::string> ended_of(db::Connection& connection, const std::vector<std::string>& paths);

}  // namespace trunkline::backup
