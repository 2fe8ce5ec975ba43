// SPDX-License-Identifier: MIT
#include "ledger/shipper.h"

#include <csignal>
#include <thread>

#include "core/json.h"
#include "db/wakeup.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "ledger/row_counts.h"
#include "support/database.h"
#include "support/temporary_directory.h"

namespace trunkline::ledger {
namespace {

using core::Json;
using journal::Journal;
using Milliseconds = core::Milliseconds;

constexpr std::int64_t kStart = 1'763'712'000'000'000;  // 2025-11-21T08:00:00Z

core::Time at(std::int64_t seconds) {
  return core::from_microseconds(kStart + seconds * 1'000'000);
}

/// A database, a journal and the entries that tests put into it.
struct Scene {
  test::Database database;
  test::TemporaryDirectory directory;
  core::TenantId tenant = core::TenantId::make(at(0));
  std::unique_ptr<Journal> journal = Journal::open(directory.path() / "journal.db");
  db::Connection connection = database.open();

  ShipperOptions options() const {
    return {.database = database.options("trunkline_sipd"),
            .daemon = "sipd",
            .keep = std::chrono::hours(24 * 365 * 100),
            .first_backoff = Milliseconds(10),
            .last_backoff = Milliseconds(50)};
  }
  void append(const std::string& kind, core::CallRef call, const std::string& body) const {
    journal->append({.kind = kind, .tenant = tenant, .call = call, .body = body, .at = at(0)});
  }
  void append_call(const std::string& state, core::CallRef call,
                   const Json& more = Json::object()) const {
    Json body{{"schema", "call.v1"},
              {"call", call.text()},
              {"tenant", tenant.text()},
              {"node", "sipd"},
              {"direction", "internal"},
              {"caller", {{"name", "alice"}, {"number", "101"}, {"call_id", "a@phone"}}},
              {"called", {{"dialled", "102"}, {"name", "bob"}, {"number", "102"}}},
              {"state", state},
              {"started_at", core::to_rfc3339(at(0))},
              {"recording_mode", "off"}};
    body.update(more);
    append("call." + (state == "initiated" ? std::string("started") : state), call,
           core::to_line(body));
  }
  void ship() const {
    REQUIRE(journal->flush());
    Shipper shipper(options(), *journal);
    REQUIRE(shipper.flush(Milliseconds(10'000)));
  }
  std::int64_t count(db::Statement statement) {
    return connection.query(statement).only().get<std::int64_t>("count");
  }
};

constexpr db::Statement kRejected{"SELECT count(*) FROM trunkline.ledger_rejected"};

/// The ledger has 1 to `last` of the one node, each once, here or among the rejected.
bool is_complete(Scene& scene, std::uint64_t last) {
  static constexpr db::Statement kCovered{
      "SELECT count(DISTINCT seq) AS distinct, count(*) AS all, coalesce(min(seq), 0) AS first,"
      "       coalesce(max(seq), 0) AS last"
      "  FROM (SELECT seq FROM trunkline.ledger_entry"
      "        UNION ALL SELECT seq FROM trunkline.ledger_rejected) AS taken"};
  const db::Rows rows = scene.connection.query(kCovered);
  const db::Row row = rows.only();
  const auto wanted = static_cast<std::int64_t>(last);
  return row.get<std::int64_t>("distinct") == wanted && row.get<std::int64_t>("all") == wanted &&
         row.get<std::int64_t>("first") == 1 && row.get<std::int64_t>("last") == wanted;
}

template <class Condition>
bool eventually(Condition condition) {
  const db::Wakeup never;
  for (int tries = 0; tries < 1'000; ++tries) {
    if (condition()) return true;
    never.wait(Milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("a call's last entry is its row, and every entry is kept", "[ledger]") {
  Scene scene;
  const auto call = core::CallRef::make(at(1));
  scene.append_call("initiated", call);
  scene.append_call("ringing", call);
  scene.ship();
  static constexpr db::Statement kRow{
      "SELECT state, disposition, talk_ms, caller_name, dialled FROM trunkline.cdr"};
  CHECK(scene.connection.query(kRow).only().get<std::string>("state") == "ringing");
  CHECK(scene.connection.query(kRow).only().is_null("disposition"));

  scene.append_call("ended", call, {{"disposition", "answered"}, {"talk_ms", 12'000}});
  scene.ship();
  const db::Rows rows = scene.connection.query(kRow);
  CHECK(rows.only().get<std::string>("disposition") == "answered");
  CHECK(rows.only().get<int>("talk_ms") == 12'000);
  CHECK(rows.only().get<std::string>("caller_name") == "alice");
  CHECK(rows.only().get<std::string>("dialled") == "102");
  CHECK(is_complete(scene, 3));
}

TEST_CASE("entries the database refuses are set aside with the reason, the rest goes on",
          "[ledger]") {
  Scene scene;
  const auto good = core::CallRef::make(at(1));
  const auto bad = core::CallRef::make(at(2));
  scene.append_call("initiated", good);
  scene.append_call("dancing", bad);                              // no such state
  scene.append("call.started", bad, "{\"schema\":\"call.v9\"}");  // of the future
  scene.append("note", {}, "not json");                           // no JSON
  scene.append("note", {}, std::string("{\"a\":\"\xff\"}"));      // no UTF-8
  scene.append("note", {}, std::string("{\"a\":\"\0\"}", 9));     // a NUL byte
  scene.append("note", {}, "[1]");                                // no object
  scene.append("anything.else", {}, "{\"kept\":true}");
  scene.append_call("ended", good, {{"disposition", "missed"}});
  REQUIRE(scene.journal->flush());
  Shipper shipper(scene.options(), *scene.journal);
  REQUIRE(shipper.flush(Milliseconds(10'000)));
  CHECK(shipper.status().rejected == 6);
  CHECK(shipper.status().last_error.empty());
  CHECK(scene.count(kEntries) == 3);
  CHECK(scene.count(kCalls) == 1);
  CHECK(is_complete(scene, 9));
  static constexpr db::Statement kReasons{
      "SELECT seq, error, encode(body, 'hex') AS body FROM trunkline.ledger_rejected ORDER BY seq"};
  const db::Rows rows = scene.connection.query(kReasons);
  CHECK(rows[0].get<std::string>("error").find("cdr_state_check") != std::string::npos);
  CHECK(rows[1].get<std::string>("error") == "the body's schema is call.v9, not call.v1");
  CHECK(rows[2].get<std::string>("body") == core::to_hex(core::as_bytes("not json")));
}

TEST_CASE("what is committed while the shipper runs arrives without being asked for", "[ledger]") {
  Scene scene;
  Shipper shipper(scene.options(), *scene.journal);
  for (int i = 0; i < 20; ++i) scene.append("note", {}, "{}");
  REQUIRE(scene.journal->flush());
  CHECK(eventually([&] { return shipper.status().shipped == 20; }));
  CHECK(shipper.status().lag == Milliseconds(0));
  CHECK(is_complete(scene, 20));
}

TEST_CASE("where many entries came of late, the next are gathered", "[ledger]") {
  Scene scene;
  ShipperOptions options = scene.options();
  options.poll = Milliseconds(5);
  options.at_once = 1;
  options.gather = std::chrono::minutes(10);
  for (int i = 0; i < 50; ++i) scene.append("note", {}, "{}");
  REQUIRE(scene.journal->flush());
  Shipper shipper(options, *scene.journal);
  CHECK(eventually([&] { return shipper.status().shipped == 50; }));
  for (int i = 0; i < 20; ++i) scene.append("note", {}, "{}");
  REQUIRE(scene.journal->flush());
  std::this_thread::sleep_for(Milliseconds(100));
  CHECK(shipper.status().shipped == 50);
  CHECK(shipper.status().lag_entries() == 20);
  // Who waits for them is not kept waiting, and neither is the end.
  CHECK(shipper.flush(Milliseconds(10'000)));
  CHECK(is_complete(scene, 70));
}

TEST_CASE("a session killed in the middle loses nothing and doubles nothing", "[ledger]") {
  Scene scene;
  db::Connection superuser = scene.database.open_as_superuser();
  ShipperOptions options = scene.options();
  options.batch_rows = 7;
  Shipper shipper(options, *scene.journal);
  static constexpr db::Statement kKill{
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE datname = current_database() AND application_name = 'test'"
      "   AND pid <> pg_backend_pid() AND usename IS NOT NULL AND query LIKE '%ledger_%'"};
  for (int i = 0; i < 2'000; ++i) {
    scene.append("note", {}, "{}");
    if (i % 200 == 0) superuser.query(kKill);
  }
  REQUIRE(scene.journal->flush());
  CHECK(shipper.flush(Milliseconds(20'000)));
  scene.connection = scene.database.open();
  CHECK(is_complete(scene, 2'000));
}

TEST_CASE("a frozen database stops nothing; after it thaws the ledger is complete", "[ledger]") {
  Scene scene;
  ShipperOptions options = scene.options();
  options.database.statement_timeout = Milliseconds(200);
  options.batch_rows = 50;
  scene.append("note", {}, "{}");
  Shipper shipper(options, *scene.journal);
  REQUIRE(scene.journal->flush());
  REQUIRE(shipper.flush(Milliseconds(10'000)));
  static constexpr db::Statement kPid{
      "SELECT max(pid) AS pid FROM pg_stat_activity"
      " WHERE datname = current_database() AND pid <> pg_backend_pid()"};
  const int pid = scene.database.open_as_superuser().query(kPid).only().get<int>("pid");
  // The backend that serves the shipper; the one opened for this look is gone by now or later.
  REQUIRE(::kill(pid, SIGSTOP) == 0);
  for (int i = 0; i < 500; ++i) scene.append("note", {}, "{}");
  CHECK(scene.journal->flush());  // the journal is not held up
  REQUIRE(::kill(pid, SIGCONT) == 0);
  CHECK(shipper.flush(Milliseconds(20'000)));
  CHECK(is_complete(scene, 501));
}

TEST_CASE("without a database the status says why and how much waits", "[ledger]") {
  Scene scene;
  scene.append("note", {}, "{}");
  REQUIRE(scene.journal->flush());
  scene.ship();
  scene.append("note", {}, "{}");
  scene.append("note", {}, "{}");
  REQUIRE(scene.journal->flush());
  ShipperOptions options = scene.options();
  options.database.url = "host=127.0.0.1 port=1 dbname=x";
  Shipper shipper(options, *scene.journal);
  REQUIRE(eventually([&] { return !shipper.status().last_error.empty(); }));
  const ShipperStatus status = shipper.status();
  CHECK_FALSE(status.is_connected);
  CHECK(status.last_error ==
        "cannot reach PostgreSQL at 127.0.0.1:1 database x: connection refused");
  CHECK(status.shipped == 1);  // known from the last run
  CHECK(status.lag_entries() == 2);
  CHECK(status.lag > Milliseconds(0));
  CHECK_FALSE(shipper.flush(Milliseconds(20)));
}

TEST_CASE("a database restored from a copy is refilled from the journal", "[ledger]") {
  Scene scene;
  const auto call = core::CallRef::make(at(1));
  scene.append_call("initiated", call);
  scene.append_call("ended", call, {{"disposition", "busy"}});
  scene.ship();
  db::Connection superuser = scene.database.open_as_superuser();
  superuser.run_script("TRUNCATE trunkline.ledger_entry, trunkline.cdr, trunkline.ledger_node");
  scene.ship();
  CHECK(is_complete(scene, 2));
  CHECK(scene.count(kCalls) == 1);
}

TEST_CASE("a journal restored from an old copy is refused and told apart", "[ledger]") {
  Scene scene;
  for (int i = 0; i < 3; ++i) scene.append("note", {}, "{}");
  scene.ship();
  db::Connection superuser = scene.database.open_as_superuser();

  SECTION("it ends before the ledger") {
    superuser.run_script("UPDATE trunkline.ledger_node SET watermark = 9");
    Shipper shipper(scene.options(), *scene.journal);
    REQUIRE(eventually([&] { return !shipper.status().last_error.empty(); }));
    CHECK(shipper.status().last_error == "cannot ship journal " + scene.journal->node().text() +
                                             ": the ledger has entries up to 9, it ends at 3");
  }
  SECTION("it has another entry under the number") {
    superuser.run_script("UPDATE trunkline.ledger_node SET last_hash = sha256('x')");
    Shipper shipper(scene.options(), *scene.journal);
    REQUIRE(eventually([&] { return !shipper.status().last_error.empty(); }));
    CHECK(shipper.status().last_error == "cannot ship journal " + scene.journal->node().text() +
                                             ": its entry 3 is not the one the ledger has");
  }
}

TEST_CASE("shipped entries are pruned after their time and a gap is refused", "[ledger]") {
  Scene scene;
  for (int i = 0; i < 10; ++i) scene.append("note", {}, "{}");
  REQUIRE(scene.journal->flush());
  {
    ShipperOptions options = scene.options();
    options.keep = Milliseconds(0);
    Shipper shipper(options, *scene.journal);
    REQUIRE(shipper.flush(Milliseconds(10'000)));
  }
  const journal::JournalReader reader(scene.journal->path());
  REQUIRE(eventually([&] { return reader.entries_after(journal::Sequence(0), 1).empty(); }));

  // The database goes back to before the first entry; they are nowhere now.
  db::Connection superuser = scene.database.open_as_superuser();
  superuser.run_script("TRUNCATE trunkline.ledger_entry, trunkline.ledger_node");
  scene.append("note", {}, "{}");
  REQUIRE(scene.journal->flush());
  Shipper shipper(scene.options(), *scene.journal);
  REQUIRE(eventually([&] { return !shipper.status().last_error.empty(); }));
  CHECK(shipper.status().last_error == "cannot ship journal " + scene.journal->node().text() +
                                           ": entries 1 to 10 are in neither journal nor ledger");
}

TEST_CASE("media, recordings, registrations and accesses become their rows", "[ledger]") {
  Scene scene;
  const auto call = core::CallRef::make(at(1));
  const auto recording = core::RecordingId::make(at(1));
  const auto device = core::DeviceId::make(at(1));
  const std::string ids = "\"call\":\"" + call.text() + "\",\"recording\":\"" + recording.text() +
                          "\",\"device\":\"" + device.text() + "\"";
  scene.append("recording.started", call,
               "{\"schema\":\"recording.v1\"," + ids +
                   ",\"status\":\"recording\",\"started_at\":\"2025-11-21T08:00:00Z\"}");
  scene.append("recording.finished", call,
               "{\"schema\":\"recording.v1\"," + ids +
                   ",\"status\":\"complete\",\"started_at\":\"2025-11-21T08:00:00Z\","
                   "\"duration_ms\":2000,\"legs\":[{\"leg\":\"caller\"}]}");
  scene.append("media.ended", call,
               "{\"schema\":\"media.v1\"," + ids + ",\"reason\":\"deleted\",\"legs\":[]}");
  const std::string bound = "{\"schema\":\"registration.v1\"," + ids + ",\"contact\":\"sip:a@b\"}";
  scene.append("registration.bound", {}, bound);
  scene.append("registration.unbound", {}, bound);
  scene.append("registration.bound", {},
               "{\"schema\":\"registration.v1\"," + ids + ",\"contact\":\"sip:a@c\"}");
  scene.append("recording.accessed", call,
               "{\"schema\":\"access.v1\"," + ids +
                   ",\"who\":\"uid:0 root\",\"why\":\"complaint 7\",\"from\":\"pid 1\","
                   "\"at\":\"2025-11-21T09:00:00Z\"}");
  scene.ship();
  CHECK(scene.count(kRejected) == 0);

  static constexpr db::Statement kRecording{
      "SELECT status, duration_ms, jsonb_array_length(legs) AS legs FROM trunkline.recording"};
  const db::Rows recordings = scene.connection.query(kRecording);
  CHECK(recordings.only().get<std::string>("status") == "complete");
  CHECK(recordings.only().get<int>("legs") == 1);
  static constexpr db::Statement kMedia{"SELECT reason FROM trunkline.media_account"};
  CHECK(scene.connection.query(kMedia).only().get<std::string>("reason") == "deleted");
  static constexpr db::Statement kContacts{"SELECT contact FROM trunkline.registration"};
  CHECK(scene.connection.query(kContacts).only().get<std::string>("contact") == "sip:a@c");
  static constexpr db::Statement kAudit{
      "SELECT who, why, origin, object FROM trunkline.audit_log"
      " WHERE event = 'recording.accessed'"};
  const db::Rows audit = scene.connection.query(kAudit);
  CHECK(audit.only().get<std::string>("who") == "uid:0 root");
  CHECK(audit.only().get<std::string>("why") == "complaint 7");
  CHECK(audit.only().get<core::RecordingId>("object") == recording);
}

}  // namespace trunkline::ledger
