// SPDX-License-Identifier: MIT
#include "localdb/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <system_error>

#include "localdb/sqlite.h"
#include "localdb/statement.h"

namespace trunkline::localdb {
namespace {

int flags_of(Access access) {
  // Each connection has one thread at a time, so SQLite's own mutexes are not needed.
  constexpr int kCommon = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
  switch (access) {
    case Access::create:
      return kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Access::read_write:
      return kCommon | SQLITE_OPEN_READWRITE;
    case Access::read_only:
      return kCommon | SQLITE_OPEN_READONLY;
  }
  return kCommon;
}

// SQLite makes files by the umask, and its log takes the mode of the file.
void make_private(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);
}

[[noreturn]] void throw_open_failure(sqlite3* handle, const std::filesystem::path& path, int code) {
  std::string reason = sqlite3_errmsg(handle);
  if (const int number = sqlite3_system_errno(handle); number != 0)
    reason += fmt::format(" ({})", std::generic_category().message(number));
  throw Failure(cause_of(code),
                {core::ExitCode::no_input, fmt::format("cannot open {}: {}", path.native(), reason),
                 fmt::format("see that the folder of {} is there and that this user owns it",
                             path.native())});
}

/// The busy handler of `waits_closely`; the timeout in milliseconds travels in the pointer.
int wait_closely(void* timeout, int tries) {
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 1'000'000};
  if (tries >= static_cast<int>(reinterpret_cast<std::intptr_t>(timeout))) return 0;
  ::nanosleep(&kPause, nullptr);
  return 1;
}

std::int64_t pragma_number(Database& database, std::string_view sql) {
  Statement statement(database, sql);
  Rows rows = statement.query();
  return rows.next() ? rows.integer(0) : 0;
}

}  // namespace

void Database::Release::operator()(sqlite3* handle) const noexcept {
  sqlite3_close_v2(handle);
}

Database Database::open(const std::filesystem::path& path, const OpenOptions& options) {
  if (options.access == Access::create) make_private(path);
  // SQLITE_OPEN_NOFOLLOW refuses a link anywhere in the path, but an operator may well link a
  // folder.
  std::error_code ignored;
  const auto folder = std::filesystem::canonical(
      path.has_parent_path() ? path.parent_path() : std::filesystem::path("."), ignored);
  const auto resolved = ignored ? path : folder / path.filename();

  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(resolved.c_str(), &handle, flags_of(options.access), nullptr);
  if (handle == nullptr) throw std::bad_alloc();
  Database database(resolved, handle);
  if (code != SQLITE_OK) throw_open_failure(handle, path, code);
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
  if (options.waits_closely) {
    // A number where SQLite has a pointer to hand back.
    auto* const patience = reinterpret_cast<void*>(  // NOLINT(performance-no-int-to-ptr)
        static_cast<std::intptr_t>(options.busy_timeout.count()));
    sqlite3_busy_handler(handle, wait_closely, patience);
  }
  database.execute("pragma foreign_keys = on; pragma trusted_schema = off");
  if (options.access != Access::read_only) {
    database.execute("pragma journal_mode = wal; pragma synchronous = full");
    // The log is cut back to this after a burst.
    database.execute("pragma journal_size_limit = 67108864");
  }
  if (options.overwrites_deleted) database.execute("pragma secure_delete = on");
  return database;
}

void Database::execute(std::string_view sql) {
  check(sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr),
        handle_.get(), "use");
}

std::int64_t Database::changes() const noexcept {
  return sqlite3_changes64(handle_.get());
}

std::int64_t Database::schema_version() {
  return pragma_number(*this, "pragma user_version");
}

void Database::set_schema_version(std::int64_t version) {
  execute(fmt::format("pragma user_version = {}", version));  // pragmas take no parameters
}

std::int64_t Database::data_version() {
  return pragma_number(*this, "pragma data_version");
}

void Database::checkpoint_and_truncate() {
  const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  check(code, handle_.get(), "empty the write-ahead log of");
}

void Database::copy_to(const std::filesystem::path& path) {
  make_private(path);  // SQLite takes an empty file for one that is not there
  Statement(*this, "vacuum into ?1").run(path.native());
}

core::Result<void> Database::check_integrity() {
  std::string finding;
  try {
    Statement statement(*this, "pragma integrity_check(1)");
    Rows rows = statement.query();
    if (rows.next()) finding = rows.text(0);
  } catch (const Failure& failure) {
    // So damaged that it cannot even be looked through.
    if (failure.cause() != Cause::corrupt) throw;
    finding = failure.what();
  }
  if (finding == "ok") return {};
  return core::fault(core::ExitCode::data,
                     fmt::format("{} is damaged: {}", path_.native(), finding),
                     "restore it from a backup");
}

Snapshot::Snapshot(Database& database) : database_(database) {
  database_.execute("begin");
}

Snapshot::~Snapshot() {
  sqlite3_exec(database_.handle(), "rollback", nullptr, nullptr, nullptr);
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("begin immediate");
}

Transaction::~Transaction() {
  // Some failures have rolled back already; then there is nothing to do, and no way to say so.
  if (is_open_ && sqlite3_get_autocommit(database_.handle()) == 0)
    sqlite3_exec(database_.handle(), "rollback", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("commit");
  is_open_ = false;
}

}  // namespace trunkline::localdb
