// SPDX-License-Identifier: MIT
#include "foreign/importer.h"

#include "cdr/query.h"
#include "core/text.h"
#include "support/database.h"
#include "support/killed.h"

namespace trunkline::foreign {
namespace {

constexpr std::int64_t kStart = 1'704'110'400'000'000;  // 2024-01-01T12:00:00Z

Call call_of(int number) {
  const core::Time start = core::from_microseconds(kStart + number * 60'000'000LL);
  return {.identity = "call " + std::to_string(number),
          .key = "key-" + std::to_string(number),
          .caller_name = "Ann\xff",
          .caller = "030 123456",
          .dialled = "102",
          .disposition = "answered",
          .q850_cause = 16,
          .started_at = start,
          .answered_at = start + core::Seconds(4),
          .ended_at = start + core::Seconds(16),
          .talk = core::Seconds(12)};
}

const core::TenantId kTenant =
    core::TenantId::parse("00000000-0000-7000-8000-00000000000a").value();

Imported import_calls(db::Connection& connection, int count,
                      const std::string& source = "old pbx") {
  Importer importer(
      connection,
      {.tenant = kTenant, .source = source, .format = "csv", .file = "x.csv", .region = "DE"},
      core::system_clock().wall());
  for (int i = 0; i < count; ++i) REQUIRE(importer.add(call_of(i)));
  return importer.finish(3, crypto::sha256({}), 99);
}

constexpr db::Statement kCount{"SELECT count(*) AS count FROM trunkline.cdr"};
constexpr db::Statement kWithoutDid{
    "SELECT count(*) AS count FROM trunkline.cdr WHERE did IS NULL"};

}  // namespace

TEST_CASE("import: a call is the same id each time, and another's never", "[foreign]") {
  const Call call = call_of(1);
  CHECK(call_ref("a", call) == call_ref("a", call));
  CHECK(call_ref("a", call) != call_ref("b", call));
  CHECK(call_ref("a", call) != call_ref("a", call_of(2)));
  CHECK(call_ref("ab", {.identity = "c"}) != call_ref("a", {.identity = "bc"}));
  CHECK(call_ref("a", call).uuid().made_at() == call.started_at);
  CHECK(call_ref("a", call).text()[14] == '7');
}

TEST_CASE("import: calls become rows of the ledger, once, with their batch in the audit log",
          "[foreign]") {
  const test::Database database;
  db::Connection connection = database.open();
  const Imported first = import_calls(connection, 1'000);
  CHECK(first.added == 1'000);
  CHECK(first.duplicates == 0);
  const Imported again = import_calls(connection, 1'001);
  CHECK(again.added == 1);
  CHECK(again.duplicates == 1'000);
  CHECK(connection.query(kCount).only().get<std::int64_t>("count") == 1'001);

  const cdr::Call call = cdr::find_call(connection, "key-7").value();
  CHECK(call.call == call_ref("old pbx", call_of(7)));
  CHECK(call.node == "old pbx");
  CHECK(call.direction == "inbound");
  CHECK(call.caller.number == "+4930123456");
  CHECK(call.caller.name == "Ann\\xff");
  CHECK(call.dialled == "102");
  CHECK(call.disposition == "answered");
  CHECK(call.ring_ms == 4'000);
  CHECK(call.talk_ms == 12'000);
  CHECK(call.ended_at == call_of(7).ended_at);
  // Also by what was written there.
  CHECK(cdr::find_call(connection, "030 123456"));

  static constexpr db::Statement kMonths{
      "SELECT count(*) AS count FROM pg_catalog.pg_class WHERE relname = 'cdr_2024_01'"};
  CHECK(connection.query(kMonths).only().get<std::int64_t>("count") == 1);
  static constexpr db::Statement kAudit{
      "SELECT who, detail::json ->> 'added' AS added, detail::json ->> 'rejected' AS rejected"
      "  FROM trunkline.audit_log WHERE event = 'calls.imported' ORDER BY seq LIMIT 1"};
  const db::Rows audit = connection.query(kAudit);
  CHECK(audit.only().get<std::string>("who") == "test");
  CHECK(audit.only().get<std::string>("added") == "1000");
  CHECK(audit.only().get<std::string>("rejected") == "3");
}

TEST_CASE("import: trunk, DID and campaign are stored, the DID as E.164 or not at all",
          "[foreign]") {
  const test::Database database;
  db::Connection connection = database.open();
  const std::vector<std::string> dids{"030 123456", "+49 (30) 123456", "004930123456", "102", ""};
  for (int round = 0; round < 2; ++round) {
    Importer importer(
        connection,
        {.tenant = kTenant, .source = "a", .format = "csv", .file = "x", .region = "DE"},
        core::system_clock().wall());
    for (std::size_t i = 0; i < dids.size(); ++i) {
      Call call = call_of(static_cast<int>(i));
      call.trunk = "carrier " + std::string(300, 'x');
      call.did = dids[i];
      call.campaign = i == 0 ? "spring" : "";
      REQUIRE(importer.add(call));
    }
    CHECK(importer.finish(0, crypto::sha256({}), 0).added == (round == 0 ? dids.size() : 0));
  }
  const auto stored = [&](const std::string& key) {
    return cdr::find_call(connection, key).value();
  };
  CHECK(stored("key-0").trunk == "carrier " + std::string(247, 'x'));
  CHECK(stored("key-0").campaign == "spring");
  CHECK(stored("key-1").campaign.empty());
  for (const char* const key : {"key-0", "key-1", "key-2"}) CHECK(stored(key).did == "+4930123456");
  for (const char* const key : {"key-3", "key-4"}) CHECK(stored(key).did.empty());
  // NULL, as in a report: not a DID of no digits.
  CHECK(connection.query(kWithoutDid).only().get<std::int64_t>("count") == 2);
}

TEST_CASE("import: the same call twice in a file is one, another source's is another",
          "[foreign]") {
  const test::Database database;
  db::Connection connection = database.open();
  {
    Importer importer(connection, {.tenant = kTenant, .source = "a", .format = "csv", .file = "x"},
                      core::system_clock().wall());
    REQUIRE(importer.add(call_of(1)));
    REQUIRE(importer.add(call_of(1)));
    const Imported imported = importer.finish(0, crypto::sha256({}), 0);
    CHECK(imported.added == 1);
    CHECK(imported.duplicates == 1);
  }
  CHECK(import_calls(connection, 2, "b").added == 2);
}

TEST_CASE("import: what starts in the future or in an archived month is refused", "[foreign]") {
  const test::Database database;
  database.open_as_superuser().run_script(
      "INSERT INTO trunkline.archive (id, table_name, month, part, file, rows, bytes, sha256, who)"
      " VALUES (gen_random_uuid(), 'cdr', '2024-01-01', 1, 'x', 0, 0, sha256('x'), 'test')");
  db::Connection connection = database.open();
  Importer importer(connection, {.tenant = kTenant, .source = "a", .format = "csv", .file = "x"},
                    core::system_clock().wall());
  CHECK(importer.add(call_of(1)).error().message == "the calls of 2024-01 are archived");
  Call call = call_of(1);
  call.started_at = core::system_clock().wall() + std::chrono::hours(2);
  CHECK(importer.add(call).error().message == "it starts in the future");
}

TEST_CASE("import: killed at any moment, the same file again makes it whole", "[foreign]") {
  const test::Database database;
  constexpr int kCalls = 30'000;  // more than a block
  int kills = 0;
  for (int round = 0; round < 12; ++round) {
    const bool is_killed = test::is_killed_after(std::chrono::milliseconds(40 * (round + 1)), [&] {
      db::Connection connection = database.open();
      (void)import_calls(connection, kCalls);
    });
    if (is_killed) ++kills;
  }
  CHECK(kills > 0);
  db::Connection connection = database.open();
  const Imported last = import_calls(connection, kCalls);
  CHECK(last.added + last.duplicates == kCalls);
  CHECK(connection.query(kCount).only().get<std::int64_t>("count") == kCalls);
  static constexpr db::Statement kBatches{
      "SELECT sum(added)::bigint AS count FROM trunkline.import_batch"};
  CHECK(connection.query(kBatches).only().get<std::int64_t>("count") == kCalls);
}

}  // namespace trunkline::foreign
