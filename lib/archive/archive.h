// SPDX-License-Identifier: MIT
#pragma once

// Months of the ledger as files (schemas/db/0066_archive.sql). A month is copied to a file, the
// file is read back from the disk, and only then the database gives the month up, in the
// transaction that held writers off it all the time: after a crash at any moment either the month
// is in the database or its file is whole and named there, never neither.
//
// Files are CSV with a heading, compressed by zstd: TABLE_YYYY_MM.PART.csv.zst. The file of a month
// that came back counts no more, but it stays until the month is archived again: a backup of the
// database may still name it, and the new file is what takes its place then (tidy.h).

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
  /// It is back only to be erased in (erasing.h).
  std::optional<core::Time> reopened_at = {};
  /// The file that has its rows now.
  std::optional<core::Uuid> replaced_by = {};

  bool counts() const noexcept { return !restored_at; }
  /// Its rows are in the database, and in no other file.
  bool is_back() const noexcept { return restored_at && !replaced_by; }
};

/// "2024-01", by UTC.
std::string month_of(core::Time at);
/// "2024-01": its first moment, and the first one behind it.
core::Time begin_of(const std::string& month);
core::Time end_of(const std::string& month);

/// "cdr_2024_01.1.csv.zst"
std::string file_name(const std::string& table, const std::string& month, int part);
/// Beside a file from before it is written until its row is there; it names the database.
std::filesystem::path begun_mark(const std::filesystem::path& file);
/// Whether it was begun for this database: without a row in it the file is what a crash left.
bool is_begun(const std::filesystem::path& file, const db::Connection& connection);

/// By month, table and part.
std::vector<Archived> archives(db::Connection& connection);

struct Due {
  std::string table;
  std::string month;
  std::int64_t bytes = 0;  ///< in PostgreSQL, with indexes
};
/// Months in the database that are over and begin before `month` ("2025-01").
std::vector<Due> due(db::Connection& connection, const cdr::Month& month);

/// Makes one month of one table a file, never over one that is there, and removes those it takes
/// the place of. Throws core::Error: no room in the folder (io), the month in use (try_again), a
/// file that does not read back as it was written (data).
Archived archive_month(db::Connection& connection, const std::filesystem::path& folder,
                       const Due& month, core::Time now);

/// Whether the file is there and holds what was archived; a fault that says what is wrong.
[[nodiscard]] core::Result<void> verify(const std::filesystem::path& folder,
                                        const Archived& archived);

/// Brings it back into the database. The file counts no more; it stays until the month is archived
/// again. Throws core::Error.
void restore(db::Connection& connection, const std::filesystem::path& folder,
             const Archived& archived);
/// Brings it back, unless it is, only to be erased in: close() of erasing.h archives it again,
/// whoever comes next where this one does not get there. Throws core::Error.
void reopen(db::Connection& connection, const std::filesystem::path& folder,
            const Archived& archived);

}  // namespace trunkline::archive
