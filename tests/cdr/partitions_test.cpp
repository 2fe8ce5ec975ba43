// SPDX-License-Identifier: MIT
#include "cdr/partitions.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "cdr/page.h"
#include "db/migrator.h"
#include "support/database.h"
#include "support/temporary_directory.h"

namespace trunkline::cdr {
namespace {

constexpr db::Statement kCalls{"SELECT count(*) AS count FROM trunkline.cdr"};
constexpr db::Statement kLeftover{"SELECT count(*) AS count FROM trunkline.cdr_other"};

std::int64_t count(db::Connection& connection, db::Statement statement) {
  return connection.query(statement).only().get<std::int64_t>("count");
}

/// One call a day of 2024, with its entry and its media account.
constexpr std::string_view kAYear =
    "INSERT INTO trunkline.ledger_entry (node_id, seq, at, kind, tenant_id, call, body, hash)"
    " SELECT '00000000-0000-4000-8000-000000000001', n, timestamptz '2024-01-01 12:00Z' + n * "
    "interval '1 day',"
    "        'note', gen_random_uuid(), gen_random_uuid(), '{}', sha256('x') FROM "
    "generate_series(0, 365) n"
    " WHERE n > 0;"
    "INSERT INTO trunkline.cdr (call, tenant_id, node_id, seq, entry_at, direction, state, "
    "started_at,"
    "                           search_keys)"
    " SELECT gen_random_uuid(), '00000000-0000-7000-8000-00000000000a', gen_random_uuid(), n, "
    "now(),"
    "        'internal', 'ringing', timestamptz '2024-01-01 12:00Z' + n * interval '1 day', '{}'"
    "   FROM generate_series(1, 365) n;"
    "INSERT INTO trunkline.media_account (call, tenant_id, node_id, seq, entry_at, legs, body)"
    " SELECT (lpad(to_hex((extract(epoch FROM timestamptz '2024-01-01 12:00Z' + n * interval '1 "
    "day') * 1000)::bigint),"
    "              12, '0') || '7000800000000000' || lpad(n::text, 4, '0'))::uuid, "
    "gen_random_uuid(), gen_random_uuid(), n, now(),"
    "        '[{\"mos\": 2.5}]', '{}' FROM generate_series(1, 365) n";

bool has(const std::vector<Partition>& all, const std::string& name) {
  return std::ranges::any_of(all, [&](const Partition& one) { return one.partition == name; });
}

}  // namespace

TEST_CASE("months are read as people write them, and nothing else is", "[cdr]") {
  CHECK(Month::parse("2026-11")->text() == "2026-11");
  CHECK(Month::parse("2026-11")->first_day() == "2026-11-01");
  CHECK(*Month::parse("2026-09") < *Month::parse("2026-11"));
  for (const char* text : {"", "2026", "2026-13", "2026-00", "2026-1", "2026/11", "2026-11-01",
                           "1969-12", "-026-11", "2026-+1", "20x6-11"}) {
    CAPTURE(text);
    CHECK(Month::parse(text).error().code == core::ExitCode::usage);
  }
}

TEST_CASE("a new database has this month and three to come, of each table", "[cdr]") {
  const test::Database database;
  db::Connection connection = database.open();
  const auto all = partitions(connection);
  for (const std::string table : {"cdr", "ledger_entry", "media_account"}) {
    CHECK(std::ranges::count_if(
              all, [&](const Partition& one) { return one.table == table && one.month; }) == 4);
    CHECK(has(all, table + "_other"));
  }
  CHECK(ensure_partitions(connection, 3).empty());
  const auto made = ensure_partitions(connection, 5);
  CHECK(made.size() == 6);
  CHECK(ensure_partitions(connection, 5).empty());
}

TEST_CASE("rows of a month that is not there wait, and get it", "[cdr]") {
  const test::Database database;
  db::Connection superuser = database.open_as_superuser();
  superuser.run_script(kAYear);
  CHECK(count(superuser, kLeftover) == 365);
  db::Connection connection = database.open();
  CHECK(count(connection, kCalls) == 365);

  const auto made = ensure_partitions(connection, 3);
  CHECK(made.size() == 36);
  std::int64_t moved = 0;
  for (const MadePartition& one : made) moved += one.rows_moved;
  CHECK(moved == 3 * 365);
  CHECK(count(superuser, kLeftover) == 0);
  CHECK(count(connection, kCalls) == 365);
  static constexpr db::Statement kFebruary{"SELECT count(*) AS count FROM trunkline.cdr_2024_02"};
  CHECK(count(superuser, kFebruary) == 29);
  static constexpr db::Statement kMedia{
      "SELECT count(mos) AS count FROM trunkline.media_account_2024_02"};
  CHECK(count(superuser, kMedia) == 29);
  // Rows of the far future wait until it comes.
  superuser.run_script("UPDATE trunkline.cdr SET started_at = '2199-01-01' WHERE seq = 7");
  CHECK(ensure_partitions(connection, 3).empty());
  CHECK(count(superuser, kLeftover) == 1);
}

TEST_CASE("months are behind the policies of their table, and not reachable beside it", "[cdr]") {
  const test::Database database;
  database.open_as_superuser().run_script(kAYear);
  db::Connection operating = database.open();
  ensure_partitions(operating, 3);
  db::Options options = database.options();
  options.tenant = core::TenantId::parse("00000000-0000-7000-8000-00000000000a").value();
  db::Connection own = db::Connection::open(options);
  CHECK(count(own, kCalls) == 365);
  options.tenant = core::TenantId::parse("00000000-0000-7000-8000-00000000000b").value();
  db::Connection other = db::Connection::open(options);
  CHECK(count(other, kCalls) == 0);
  for (db::Connection* connection : {&own, &operating}) {
    try {
      connection->run_script("SELECT count(*) FROM trunkline.cdr_2024_02");
      FAIL("a month can be read beside its policies");
    } catch (const core::Error& error) {
      CHECK(error.fault().code == core::ExitCode::no_permission);
    }
  }
  CHECK_THROWS_AS(own.run_script("SELECT trunkline.partition_ensure(3)"), core::Error);
}

TEST_CASE("a page opens only the months that it can be in", "[cdr]") {
  const test::Database database;
  database.open_as_superuser().run_script(kAYear);
  db::Connection connection = database.open();
  ensure_partitions(connection, 3);
  // The months the server would open, as it plans the very statement.
  const auto months = [&](const Selection& selection) {
    static constexpr auto kNewest = newest_first("EXPLAIN ");
    static constexpr auto kOldest = oldest_first("EXPLAIN ");
    static constexpr db::Statement kDescending{kNewest.data()};
    static constexpr db::Statement kAscending{kOldest.data()};
    std::set<std::string> named;
    for (const db::Row row : connection.query(
             selection.filter.is_oldest_first ? kAscending : kDescending, values_of(selection))) {
      const auto line = row.get<std::string>("QUERY PLAN");
      const std::size_t name = line.find(" on cdr_20");
      if (name != std::string::npos) named.insert(line.substr(name + 8, 7));
    }
    return named;
  };
  const core::Time start = core::parse_rfc3339("2024-03-15T12:00:00Z").value();
  Call seen;
  seen.call = core::CallRef::make(start);
  seen.started_at = start;
  using Months = std::set<std::string>;
  CHECK(months({}).size() >= 16);  // nothing is asked for: the year, this month and three to come
  CHECK(months({.after = seen}) == Months{"2024_01", "2024_02", "2024_03"});
  CHECK(months({.filter = {.since = start}, .after = seen}) == Months{"2024_03"});
  CHECK(months({.filter = {.since = core::parse_rfc3339("2024-02-28T00:00:00Z").value(),
                           .is_oldest_first = true}})
            .count("2024_01") == 0);
  CHECK(months({.filter = {.until = core::parse_rfc3339("2024-05-01T00:00:00Z").value(),
                           .is_oldest_first = true},
                .after = seen}) == Months{"2024_03", "2024_04"});
}

TEST_CASE("a database from before the months keeps every row, view, policy and index", "[cdr]") {
  namespace fs = std::filesystem;
  const test::Database database(test::Database::Content::empty);
  const test::TemporaryDirectory earlier;
  const fs::path all = fs::path(TRUNKLINE_SOURCE_DIR) / "schemas/db";
  for (const auto& file : fs::directory_iterator(all)) {
    const std::string name = file.path().filename();
    if (name < "0020") fs::copy(file.path(), earlier.path() / name);
  }
  db::Connection owner = database.open("trunkline_owner");
  db::Migrator(earlier.path()).migrate(owner);
  // What no file has: an index and a view that somebody made for himself are kept.
  owner.run_script(
      "CREATE INDEX own_index ON trunkline.cdr (dialled);"
      "CREATE VIEW trunkline.own_view AS SELECT call, state FROM trunkline.cdr");
  database.open_as_superuser().run_script(kAYear);
  static constexpr db::Statement kShape{
      "SELECT (SELECT count(*) FROM pg_indexes WHERE schemaname = 'trunkline'"
      "          AND tablename IN ('cdr', 'ledger_entry', 'media_account')) * 10000"
      "     + (SELECT count(*) FROM pg_policies WHERE schemaname = 'trunkline'"
      "          AND tablename IN ('cdr', 'ledger_entry', 'media_account')) * 100"
      "     + (SELECT count(*) FROM pg_views WHERE schemaname = 'trunkline'"
      "          AND definition LIKE '%cdr%') AS count"};
  const std::int64_t shape = count(owner, kShape);
  const auto applied = db::Migrator(all).migrate(owner);
  REQUIRE_FALSE(applied.empty());
  CHECK(count(owner, kShape) >= shape);
  CHECK(count(owner, kCalls) == 365);
  CHECK(count(owner, kLeftover) == 0);
  static constexpr db::Statement kView{"SELECT count(*) AS count FROM trunkline.own_view"};
  CHECK(count(owner, kView) == 365);
  static constexpr db::Statement kBarrier{
      "SELECT count(*) AS count FROM pg_class WHERE relname = 'report_call'"
      "   AND reloptions = '{security_barrier=true}'"};
  CHECK(count(owner, kBarrier) == 1);
  static constexpr db::Statement kReport{"SELECT count(*) AS count FROM trunkline.report_call"};
  db::Connection operating = database.open();
  CHECK(count(operating, kReport) == 365);
}

}  // namespace trunkline::cdr
