// SPDX-License-Identifier: MIT
#include "db/migrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/log.h"
#include "db/transaction.h"

namespace trunkline::db {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;

constexpr core::Milliseconds kMigrationTimeout = std::chrono::minutes(30);

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) {
    throw core::Error(ExitCode::config, fmt::format("cannot read migration '{}'", path.string()));
  }
  return text;
}

/// "0012_name.sql" is 12; nothing for other files.
std::optional<int> version_of(const std::string& file_name) {
  if (file_name.size() < 10 || file_name[4] != '_' || !file_name.ends_with(".sql")) return {};
  int version = 0;
  for (const char digit : file_name.substr(0, 4)) {
    if (std::isdigit(static_cast<unsigned char>(digit)) == 0) return {};
    version = version * 10 + (digit - '0');
  }
  return version;
}

/// SHA-256 of each text, by the server: this library has no cryptography of its own.
std::vector<std::string> checksums_of(Connection& connection,
                                      const std::vector<std::string>& texts) {
  static constexpr Statement kChecksums{
      "SELECT encode(sha256(content), 'hex') AS checksum"
      "  FROM unnest($1::bytea[]) WITH ORDINALITY AS file (content, position) ORDER BY position"};
  std::vector<std::string> checksums;
  for (const Row row : connection.query(kChecksums, {Value::byte_array(texts)})) {
    checksums.push_back(row.get<std::string>("checksum"));
  }
  return checksums;
}

bool has_history(Connection& connection) {
  static constexpr Statement kHasHistory{
      "SELECT to_regclass('trunkline.schema_migrations') IS NOT NULL AS has_history"};
  return connection.query(kHasHistory).only().get<bool>("has_history");
}

/// Held by one migration of a database at a time; the number is "trunk" in ASCII.
class MigrationLock {
 public:
  explicit MigrationLock(Connection& connection) : connection_(connection) {
    static constexpr Statement kLock{"SELECT pg_try_advisory_lock(500085845611) AS is_taken"};
    if (connection_.query(kLock).only().get<bool>("is_taken")) return;
    throw core::Error(ExitCode::try_again,
                      "cannot migrate the database: another migration is running",
                      "wait for it, then look with: trunkline migrate --status");
  }
  ~MigrationLock() {
    if (!connection_.is_usable()) return;  // the server released it with the session
    static constexpr Statement kUnlock{"SELECT pg_advisory_unlock(500085845611)"};
    try {
      connection_.query(kUnlock);
    } catch (const std::exception& error) {
      core::log_debug("cannot release the migration lock", {{"error", error.what()}});
    }
  }
  MigrationLock(const MigrationLock&) = delete;
  MigrationLock& operator=(const MigrationLock&) = delete;

 private:
  Connection& connection_;
};

}  // namespace

Migrator::Migrator(fs::path directory) : directory_(std::move(directory)) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const std::optional<int> version = version_of(entry.path().filename().string());
    if (!version) continue;
    files_.push_back({*version, entry.path().stem().string(), read_whole(entry.path())});
  }
  if (files_.empty()) {
    throw core::Error(ExitCode::config,
                      fmt::format("cannot find migrations in '{}'", directory_.string()),
                      "install trunkline's schemas, or set TRUNKLINE_SCHEMAS to their directory");
  }
  std::ranges::sort(files_, {}, &File::version);
  const auto twin = std::ranges::adjacent_find(files_, {}, &File::version);
  if (twin != files_.end()) {
    throw core::Error(ExitCode::config, fmt::format("migrations '{}' and '{}' have the same number",
                                                    twin->name, std::next(twin)->name));
  }
}

std::vector<Migration> Migrator::status(Connection& connection) const {
  return read_status(connection);
}

std::vector<Migration> Migrator::read_status(Connection& connection) const {
  std::vector<std::string> texts;
  for (const File& file : files_) texts.push_back(file.sql);
  const std::vector<std::string> checksums = checksums_of(connection, texts);
  std::vector<Migration> migrations;
  for (const File& file : files_) migrations.push_back({file.version, file.name, {}, false, false});
  if (!has_history(connection)) return migrations;

  static constexpr Statement kApplied{
      "SELECT version, name, checksum, applied_at FROM trunkline.schema_migrations"};
  for (const Row row : connection.query(kApplied)) {
    const int version = row.get<int>("version");
    const auto known = std::ranges::find(migrations, version, &Migration::version);
    if (known == migrations.end()) {
      migrations.push_back(
          {version, row.get<std::string>("name"), row.get<core::Time>("applied_at"), false, true});
      continue;
    }
    const auto index = static_cast<std::size_t>(known - migrations.begin());
    known->applied_at = row.get<core::Time>("applied_at");
    known->is_changed =
        index < checksums.size() && checksums[index] != row.get<std::string>("checksum");
  }
  std::ranges::sort(migrations, {}, &Migration::version);
  return migrations;
}

std::vector<Migration> Migrator::migrate(Connection& connection) const {
  const MigrationLock lock(connection);
  connection.set_statement_timeout(kMigrationTimeout);
  std::vector<Migration> applied;
  const std::vector<Migration> before = read_status(connection);
  for (const Migration& migration : before) {
    if (!migration.is_changed && !migration.is_missing) continue;
    throw core::Error(ExitCode::config,
                      fmt::format("cannot migrate the database: migration '{}' {}", migration.name,
                                  migration.is_changed ? "was changed after it was applied"
                                                       : "was applied by a newer trunkline"),
                      migration.is_changed
                          ? "restore the file of the release; changes go into a new migration"
                          : "upgrade trunkline on this machine");
  }
  for (const File& file : files_) {
    const auto known = std::ranges::find(before, file.version, &Migration::version);
    if (!known->applied_at) apply(connection, file);
  }
  for (const Migration& migration : read_status(connection)) {
    const auto known = std::ranges::find(before, migration.version, &Migration::version);
    if (!known->applied_at) applied.push_back(migration);
  }
  return applied;
}

void Migrator::apply(Connection& connection, const File& file) const {
  try {
    Transaction transaction(connection);
    connection.run_script(file.sql);
    static constexpr Statement kRecord{
        "INSERT INTO trunkline.schema_migrations (version, name, checksum)"
        " VALUES ($1, $2, encode(sha256($3), 'hex'))"};
    connection.query(kRecord, {file.version, file.name, core::as_bytes(file.sql)});
    transaction.commit();
  } catch (const core::Error& error) {
    core::Fault fault = error.fault();
    fault.message = fmt::format("cannot apply migration '{}': {}", file.name, fault.message);
    throw core::Error(std::move(fault));
  }
}

void Migrator::create_roles(Connection& administrator) const {
  administrator.run_script(read_whole(directory_ / "roles.sql"));
}

fs::path find_migrations() {
  if (const char* schemas = std::getenv("TRUNKLINE_SCHEMAS"); schemas != nullptr) {
    return fs::path(schemas) / "db";
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  // <tree>/build/<preset>/bin/<program>, or <prefix>/bin/<program>
  const fs::path above = program.parent_path().parent_path();
  const fs::path candidates[] = {above.parent_path().parent_path() / "schemas/db",
                                 above / "share/trunkline/schemas/db",
                                 "/usr/share/trunkline/schemas/db"};
  for (const fs::path& candidate : candidates) {
    if (fs::exists(candidate / "roles.sql", error)) return candidate;
  }
  throw core::Error(ExitCode::config, "cannot find the database's migrations (schemas/db)",
                    "install trunkline's schemas, or set TRUNKLINE_SCHEMAS to their directory");
}

}  // namespace trunkline::db
