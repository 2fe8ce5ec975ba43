// SPDX-License-Identifier: MIT
#include "localdb/database.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "localdb/statement.h"
#include "support/content.h"
#include "support/temporary_directory.h"

namespace trunkline::localdb {
namespace {

using test::TemporaryDirectory;

template <class Act>
Failure failure_of(Act&& act) {
  try {
    act();
  } catch (const Failure& failure) {
    return failure;
  }
  FAIL("nothing failed");
  throw 0;
}

std::int64_t count_rows(Database& database) {
  Statement count(database, "select count(*) from thing");
  Rows rows = count.query();
  REQUIRE(rows.next());
  return rows.integer(0);
}

TEST_CASE("database: a new file is private and keeps what was committed", "[localdb]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "things.db";
  {
    Database database = Database::open(path);
    database.execute("create table thing(name text); insert into thing values ('a'), ('b')");
    CHECK(database.changes() == 2);
    CHECK(database.schema_version() == 0);
    database.set_schema_version(3);
  }
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  Database again = Database::open(path, {.access = Access::read_only});
  CHECK(count_rows(again) == 2);
  CHECK(again.schema_version() == 3);
  CHECK(again.check_integrity().has_value());
  CHECK(failure_of([&] { again.execute("delete from thing"); }).cause() == Cause::read_only);
}

TEST_CASE("database: it is in WAL mode and each commit is synced", "[localdb]") {
  const TemporaryDirectory directory;
  Database database = Database::open(directory.path() / "things.db");
  Statement mode(database, "pragma journal_mode");
  Rows rows = mode.query();
  REQUIRE(rows.next());
  CHECK(rows.text(0) == "wal");
  Statement synchronous(database, "pragma synchronous");
  Rows level = synchronous.query();
  REQUIRE(level.next());
  CHECK(level.integer(0) == 2);  // FULL
}

TEST_CASE("database: a transaction happens whole or not at all", "[localdb]") {
  const TemporaryDirectory directory;
  Database database = Database::open(directory.path() / "things.db");
  database.execute("create table thing(name text)");
  {
    Transaction transaction(database);
    database.execute("insert into thing values ('given up')");
  }
  CHECK(count_rows(database) == 0);
  {
    Transaction transaction(database);
    database.execute("insert into thing values ('kept')");
    transaction.commit();
  }
  CHECK(count_rows(database) == 1);
}

TEST_CASE("database: failures say which kind they are, in SQLite's words", "[localdb]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "things.db";

  SECTION("a missing file") {
    const Failure failure =
        failure_of([&] { (void)Database::open(path, {.access = Access::read_only}); });
    CHECK(failure.cause() == Cause::missing);
    CHECK(failure.fault().code == core::ExitCode::no_input);
    CHECK(failure.fault().message ==
          "cannot open " + path.native() +
              ": unable to open database file (No such file or directory)");
  }
  SECTION("a file that is no database") {
    std::ofstream(path) << std::string(4096, 'x');
    const Failure failure = failure_of([&] { (void)Database::open(path); });
    CHECK(failure.cause() == Cause::corrupt);
    CHECK(failure.fault().message == "cannot use " + path.native() + ": file is not a database");
    CHECK(failure.fault().hint ==
          "restore " + path.native() + " from a backup, or move it aside to start anew");
  }
  SECTION("a full disk") {
    Database database = Database::open(path);
    database.execute("create table thing(name text); pragma max_page_count = 10");
    Statement insert(database, "insert into thing values (?1)");
    const Failure failure = failure_of([&] { insert.run(std::string(100'000, 'x')); });
    CHECK(failure.cause() == Cause::full);
    CHECK(failure.fault().message == "cannot use " + path.native() + ": database or disk is full");
    CHECK(failure.fault().hint == "make room on the file system of " + path.native());
  }
  SECTION("a lock held by another") {
    Database one = Database::open(path);
    Database other = Database::open(path, {.busy_timeout = core::Milliseconds{1}});
    Transaction held(one);
    const Failure failure = failure_of([&] { Transaction transaction(other); });
    CHECK(failure.cause() == Cause::busy);
    CHECK(failure.fault().code == core::ExitCode::try_again);
  }
  SECTION("a broken rule") {
    Database database = Database::open(path);
    database.execute("create table thing(name text primary key); insert into thing values ('a')");
    CHECK(failure_of([&] { database.execute("insert into thing values ('a')"); }).cause() ==
          Cause::constraint);
  }
  SECTION("wrong SQL") {
    Database database = Database::open(path);
    CHECK(failure_of([&] { Statement statement(database, "selekt 1"); }).fault().message ==
          "cannot use " + path.native() + ": near \"selekt\": syntax error");
  }
}

TEST_CASE("database: damage inside a file is found", "[localdb]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "things.db";
  {
    Database database = Database::open(path);
    database.execute("create table thing(name text)");
    Statement insert(database, "insert into thing values (?1)");
    for (int i = 0; i < 100; ++i) insert.run(std::string(1000, 'x'));
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);  // the table's root page
  file << std::string(64, '\xff');
  file.close();
  Database database = Database::open(path);
  const auto checked = database.check_integrity();
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().code == core::ExitCode::data);
}

TEST_CASE("database: what must be forgotten is in no file of it any more", "[localdb]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "keys.db";
  const std::string secret = "a wrapped key that must go";
  Database database = Database::open(path, {.overwrites_deleted = true});
  database.execute("create table thing(name text)");
  Statement(database, "insert into thing values (?1)").run(secret);
  const auto is_anywhere = [&] {
    return test::content_of(path).find(secret) != std::string::npos ||
           test::content_of(path.native() + "-wal").find(secret) != std::string::npos;
  };
  CHECK(is_anywhere());
  database.checkpoint_and_truncate();
  CHECK(is_anywhere());
  database.execute("delete from thing");
  database.checkpoint_and_truncate();
  CHECK_FALSE(is_anywhere());
}

TEST_CASE("database: a copy holds the present state and nothing deleted", "[localdb]") {
  const TemporaryDirectory directory;
  Database database = Database::open(directory.path() / "things.db");
  database.execute(
      "create table thing(name text); insert into thing values ('kept'), ('forgotten')");
  database.execute("delete from thing where name = 'forgotten'");
  const auto copy = directory.path() / "copy.db";
  database.copy_to(copy);
  CHECK(test::content_of(copy).find("forgotten") == std::string::npos);
  Database copied = Database::open(copy, {.access = Access::read_write});
  CHECK(count_rows(copied) == 1);
}

TEST_CASE("database: commits of another connection change the data version", "[localdb]") {
  const TemporaryDirectory directory;
  Database watching = Database::open(directory.path() / "things.db");
  Database other = Database::open(directory.path() / "things.db");
  const std::int64_t before = watching.data_version();
  CHECK(watching.data_version() == before);
  other.execute("create table thing(name text)");
  CHECK(watching.data_version() != before);
}

}  // namespace
}  // namespace trunkline::localdb
