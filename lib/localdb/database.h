// SPDX-License-Identifier: MIT
#pragma once

// Local database files: SQLite behind types that close, reset and roll back by themselves.
//
// A Database is one connection and belongs to one thread at a time; other threads and processes
// open their own. Files are in WAL mode and every commit is on disk when it returns
// (synchronous=FULL). Whatever SQLite reports is thrown as a localdb::Failure with SQLite's own
// text.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"

struct sqlite3;

namespace trunkline::localdb {

/// What kind of failure it was, for callers that can do something about one of them.
enum class Cause : std::uint8_t { other, busy, full, corrupt, io, read_only, constraint, missing };

class Failure : public core::Error {
 public:
  Failure(Cause cause, core::Fault fault) : core::Error(std::move(fault)), cause_(cause) {}
  Cause cause() const noexcept { return cause_; }

 private:
  Cause cause_;
};

enum class Access : std::uint8_t { read_write, create, read_only };

struct OpenOptions {
  Access access = Access::create;
  core::Milliseconds busy_timeout{5000};
  /// Overwrites deleted content with zeros: for files that must forget.
  bool overwrites_deleted = false;
  /// Looks every millisecond whether a lock is free instead of SQLite's ever longer pauses (up to
  /// 0.1 s): for a writer that must not wait long beside one that writes for minutes.
  bool waits_closely = false;
};

class [[nodiscard]] Database {
 public:
  /// A file that is made gets mode 0600. Throws Failure; a missing file (unless `create`) is
  /// Cause::missing.
  static Database open(const std::filesystem::path& path, const OpenOptions& options = {});

  /// Runs statements that return nothing of interest; several may be separated by semicolons. For
  /// schemas and pragmas; values belong into a Statement.
  void execute(std::string_view sql);

  /// Rows changed by the last statement.
  std::int64_t changes() const noexcept;

  /// The application's own number in the file's header (PRAGMA user_version), 0 in a new file.
  std::int64_t schema_version();
  void set_schema_version(std::int64_t version);

  /// A number that changes whenever another connection has committed.
  std::int64_t data_version();

  /// Moves everything from the write-ahead log into the file and empties the log, so that nothing
  /// deleted is left in it. Cause::busy when a reader holds it up for longer than the busy timeout.
  void checkpoint_and_truncate();

  /// Writes a compact copy of the committed state, without free pages, to a new file of mode 0600.
  /// The copy is not yet synced. The path must not exist.
  void copy_to(const std::filesystem::path& path);

  /// Whether SQLite finds the file's structure whole; reads the whole file.
  core::Result<void> check_integrity();

  const std::filesystem::path& path() const noexcept { return path_; }
  sqlite3* handle() const noexcept { return handle_.get(); }

 private:
  struct Release {
    void operator()(sqlite3* handle) const noexcept;
  };
  Database(std::filesystem::path path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Release> handle_;
};

/// What is read while it lives is one state of the file, whatever others commit meanwhile. The log
/// cannot be emptied for so long: not for keeping.
class [[nodiscard]] Snapshot {
 public:
  explicit Snapshot(Database& database);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  Database& database_;
};

/// Everything between construction and commit() happens, or nothing does. Takes the write lock at
/// once, so that a transaction never fails half-way because another one writes.
class [[nodiscard]] Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  /// Rolls back unless committed.
  ~Transaction();

  /// On disk when it returns. After a Failure nothing of it is.
  void commit();

 private:
  Database& database_;
  bool is_open_ = true;
};

}  // namespace trunkline::localdb
