// SPDX-License-Identifier: MIT
#pragma once

// The database's schema as numbered files: NNNN_name.sql, applied in order, each in a transaction
// of its own together with its row in trunkline.schema_migrations (version, name, SHA-256 of the
// file, when). An advisory lock lets only one run at a time. A file that changed after it was
// applied, or that is gone, is an error: the history of a schema is not rewritten.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "db/connection.h"

namespace trunkline::db {

struct Migration {
  int version = 0;
  std::string name;  ///< "0001_schema"
  std::optional<core::Time> applied_at;
  bool is_changed = false;  ///< applied, but the file is another now
  bool is_missing = false;  ///< applied, but there is no such file
};

class Migrator {
 public:
  /// Reads the files. Throws core::Error (config) when the directory has none, or numbers repeat.
  explicit Migrator(std::filesystem::path directory);

  /// Every file and every applied row, by version.
  std::vector<Migration> status(Connection& connection) const;
  /// Applies what is not applied yet and returns those. Throws core::Error (config) if a file
  /// changed or is missing, try_again if another migration holds the lock.
  std::vector<Migration> migrate(Connection& connection) const;
  /// Roles of the cluster (roles.sql): as a superuser, before the first migration; safe to repeat.
  void create_roles(Connection& administrator) const;

 private:
  struct File {
    int version = 0;
    std::string name;
    std::string sql;
  };
  std::vector<Migration> read_status(Connection& connection) const;
  void apply(Connection& connection, const File& file) const;

  std::filesystem::path directory_;
  std::vector<File> files_;
};

/// The migrations' directory: $TRUNKLINE_SCHEMAS/db if set, else the source tree's schemas/db if
/// the binary lies in its build tree, else /usr/share/trunkline/schemas/db. Throws core::Error
/// (config) when there is none.
std::filesystem::path find_migrations();

}  // namespace trunkline::db
