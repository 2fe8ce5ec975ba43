// SPDX-License-Identifier: MIT
#include "localdb/statement.h"

#include <catch2/catch.hpp>
#include <limits>

#include "support/temporary_directory.h"

namespace trunkline::localdb {
namespace {

TEST_CASE("statement: every type comes back as it went in", "[localdb]") {
  const test::TemporaryDirectory directory;
  Database database = Database::open(directory.path() / "things.db");
  database.execute("create table thing(id integer primary key, a, b, c, d, e)");
  Statement insert(database, "insert into thing values (?1, ?2, ?3, ?4, ?5, ?6)");
  const core::Bytes blob{std::byte{0}, std::byte{255}, std::byte{7}};
  insert.run(1, std::numeric_limits<std::int64_t>::min(), std::string("with a \0 byte", 13), blob,
             nullptr, std::optional<std::string>("there"));
  insert.run(2, -1, "", core::Bytes{}, std::string_view{}, std::optional<std::string>());

  Statement select(database, "select a, b, c, d, e from thing order by id");
  Rows rows = select.query();
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == std::numeric_limits<std::int64_t>::min());
  CHECK(rows.text(1) == std::string_view("with a \0 byte", 13));
  CHECK(core::Bytes(rows.blob(2).begin(), rows.blob(2).end()) == blob);
  CHECK(rows.is_null(3));
  CHECK(rows.text(4) == "there");
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == -1);
  CHECK(rows.text(1).empty());
  CHECK_FALSE(rows.is_null(1));
  CHECK(rows.blob(2).empty());
  CHECK_FALSE(rows.is_null(2));
  CHECK_FALSE(rows.is_null(3));
  CHECK(rows.is_null(4));
  CHECK_FALSE(rows.next());
}

TEST_CASE("statement: a query that is left half-way does not hinder the next", "[localdb]") {
  const test::TemporaryDirectory directory;
  Database database = Database::open(directory.path() / "things.db");
  database.execute("create table thing(name text); insert into thing values ('a'), ('b'), ('c')");
  Statement select(database, "select name from thing where name > ?1 order by name");
  {
    Rows rows = select.query(std::string("a"));
    REQUIRE(rows.next());
    CHECK(rows.text(0) == "b");
  }
  database.execute("drop table thing");  // no read is open
}

TEST_CASE("statement: a failed run leaves it usable", "[localdb]") {
  const test::TemporaryDirectory directory;
  Database database = Database::open(directory.path() / "things.db");
  database.execute("create table thing(name text unique)");
  Statement insert(database, "insert into thing values (?1)");
  insert.run("a");
  CHECK_THROWS_AS(insert.run("a"), Failure);
  insert.run("b");
  CHECK(database.changes() == 1);
}

}  // namespace
}  // namespace trunkline::localdb
