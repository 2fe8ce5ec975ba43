// SPDX-License-Identifier: MIT
#include "db/migrator.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "support/database.h"
#include "support/temporary_directory.h"

namespace trunkline::db {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;
using test::Database;

/// A copy of schemas/db that a test may spoil.
class SchemaCopy {
 public:
  SchemaCopy() { fs::copy(std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/db", path()); }
  const fs::path& path() const { return directory_.path(); }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(path() / file) << text;
  }

 private:
  test::TemporaryDirectory directory_;
};

core::Fault migrate_fault(const Migrator& migrator, Connection& connection) {
  try {
    migrator.migrate(connection);
  } catch (const core::Error& error) {
    return error.fault();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace

TEST_CASE("migrations are applied once, in order, and their state can be seen", "[db]") {
  const Database database(Database::Content::empty);
  const Migrator migrator(std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/db");
  Connection connection = database.open("trunkline_owner");
  const std::vector<Migration> before = migrator.status(connection);
  REQUIRE(before.size() >= 6);
  CHECK(before.front().name == "0001_directory");
  CHECK_FALSE(before.front().applied_at);

  CHECK(migrator.migrate(connection).size() == before.size());
  for (const Migration& migration : migrator.status(connection)) {
    CHECK(migration.applied_at);
    CHECK_FALSE(migration.is_changed);
    CHECK_FALSE(migration.is_missing);
  }
  CHECK(migrator.migrate(connection).empty());
}

TEST_CASE("history is not rewritten: a changed or missing file is an error", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open("trunkline_owner");
  const SchemaCopy schema;
  schema.write("0099_extra.sql", "CREATE TABLE trunkline.extra (id int);");
  Migrator(schema.path()).migrate(connection);

  schema.write("0099_extra.sql", "CREATE TABLE trunkline.extra (id bigint);");
  const core::Fault changed = migrate_fault(Migrator(schema.path()), connection);
  CHECK(changed.code == ExitCode::config);
  CHECK(changed.message ==
        "cannot migrate the database: migration '0099_extra' was changed after it was applied");

  fs::remove(schema.path() / "0099_extra.sql");
  Connection again = database.open("trunkline_owner");
  const core::Fault missing = migrate_fault(Migrator(schema.path()), again);
  CHECK(missing.message ==
        "cannot migrate the database: migration '0099_extra' was applied by a newer trunkline");
  CHECK(missing.hint == "upgrade trunkline on this machine");
}

TEST_CASE("a migration that fails leaves nothing behind", "[db]") {
  const Database database;
  Connection connection = database.open("trunkline_owner");
  const SchemaCopy schema;
  schema.write("0099_bad.sql", "CREATE TABLE trunkline.extra (id int); SELECT 1 / 0;");
  const core::Fault fault = migrate_fault(Migrator(schema.path()), connection);
  CHECK(fault.message ==
        "cannot apply migration '0099_bad': the database refused: division by zero");
  static constexpr Statement kExtra{"SELECT to_regclass('trunkline.extra') IS NULL AS is_absent"};
  CHECK(connection.query(kExtra).only().get<bool>("is_absent"));
}

TEST_CASE("only one migration runs at a time", "[db]") {
  const Database database(Database::Content::empty);
  const Migrator migrator(std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/db");
  Connection holder = database.open("trunkline_owner");
  holder.run_script("SELECT pg_advisory_lock(500085845611)");
  Connection connection = database.open("trunkline_owner");
  CHECK(migrate_fault(migrator, connection).code == ExitCode::try_again);
}

TEST_CASE("a directory without migrations is named", "[db]") {
  const SchemaCopy schema;
  CHECK_THROWS_WITH(Migrator(schema.path() / "nowhere"),
                    "cannot find migrations in '" + (schema.path() / "nowhere").string() + "'");
}

}  // namespace trunkline::db
