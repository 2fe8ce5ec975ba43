// SPDX-License-Identifier: MIT
#pragma once

// Months of the ledger as files (schemas/db/0066_archive.sql). A month is copied to a file, the
// file is read back from the disk, and only then the database gives the month up, in the
// transaction that held writers off it all the time: after a crash at any moment either the month
// is in the database or its file is whole and named there, never neither. A file without its row
// counts for nothing and is written over.
//
// Files are CSV with a heading, compressed by zstd: TABLE_YYYY_MM.PART.csv.zst.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cdr/partitions.h"
#include "core/bytes.h"
#include "core/time.h"
#include "db/connection.h"

namespace trunkline::archive {

struct Archived {
  core::Uuid id = {};
  std::string table = {};
  std::string month = {};  ///< "2024-01"
  int part = 1;
  std::string file = {};  ///< its name in the folder
  std::int64_t rows = 0;
  std::int64_t bytes = 0;  ///< of the file
  core::Bytes sha256 = {};
  std::string who = {};
  core::Time archived_at = {};
  std::optional<core::Time> restored_at = {};

  bool counts() const noexcept { return !restored_at; }
};

/// By month, table and part.
std::vector<Archived> archives(db::Connection& connection);

struct Due {
  std::string table;
  std::string month;
  std::int64_t bytes = 0;  ///< in PostgreSQL, with indexes
};
/// Months in the database that are over and begin before `month` ("2025-01").
std::vector<Due> due(db::Connection& connection, const cdr::Month& month);

/// Makes one month of one table a file. Throws core::Error: no room in the folder (io), the month
/// in use (try_again), a file that does not read back as it was written (data).
Archived archive_month(db::Connection& connection, const std::filesystem::path& folder,
                       const Due& month, core::Time now);

/// Whether the file is there and holds what was archived; a fault that says what is wrong.
[[nodiscard]] core::Result<void> verify(const std::filesystem::path& folder,
                                        const Archived& archived);

/// Brings it back into the database; the file stays, and counts no more. Throws core::Error.
void restore(db::Connection& connection, const std::filesystem::path& folder,
             const Archived& archived);

}  // namespace trunkline::archive
