// SPDX-License-Identifier: MIT
#include "ledger/prove.h"

#include <algorithm>

#include "core/json.h"
#include "journal/journal.h"
#include "ledger/no_archive.h"
#include "ledger/shipper.h"
#include "support/database.h"
#include "support/temporary_directory.h"

namespace trunkline::ledger {
namespace {

constexpr core::Milliseconds kPatience = std::chrono::minutes(1);

/// A second of the test, counted from its first.
core::Time instant(std::int64_t second) {
  return core::from_microseconds(1'793'000'000'000'000 + second * 1'000'000);
}

/// Ten calls of three entries each, shipped; the last entry is one that PostgreSQL refuses.
struct ShippedLedger {
  test::Database database;
  test::TemporaryDirectory directory;
  std::unique_ptr<journal::Journal> journal =
      journal::Journal::open(directory.path() / "journal.db");
  db::Connection superuser = database.open_as_superuser();
  core::TenantId tenant = core::TenantId::make(instant(0));
  std::int64_t second = 0;

  ShippedLedger() {
    for (int call = 0; call < 10; ++call) add_call();
    add("note", {}, "no json");
    ship();
  }
  void add(const std::string& kind, core::CallRef call, const std::string& body) {
    journal->append(
        {.kind = kind, .tenant = tenant, .call = call, .body = body, .at = instant(++second)});
  }
  void add_call() {
    const auto call = core::CallRef::make(instant(second));
    core::Json body{{"schema", "call.v1"},
                    {"call", call.text()},
                    {"direction", "internal"},
                    {"caller", {{"name", "alice"}, {"number", "101"}}},
                    {"called", {{"dialled", "102"}}},
                    {"state", "initiated"},
                    {"started_at", core::to_rfc3339(instant(second))}};
    add("call.started", call, core::to_line(body));
    body["state"] = "connected";
    body["answered_at"] = core::to_rfc3339(instant(second));
    add("call.answered", call, core::to_line(body));
    body["state"] = "ended";
    body["disposition"] = "answered";
    body["talk_ms"] = 12'000;
    body["sip_status"] = 200;
    add("call.ended", call, core::to_line(body));
  }
  void ship() {
    REQUIRE(journal->flush());
    Shipper shipper({.database = database.options("trunkline_sipd"),
                     .daemon = "sipd",
                     .keep = std::chrono::hours(24 * 365 * 100)},
                    *journal);
    REQUIRE(shipper.flush(core::Milliseconds(30'000)));
  }
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    const Tell tell = [&](const Proved& proved) {
      found.push_back(std::string(name_of(proved.finding)) + " " + std::to_string(proved.first) +
                      "-" + std::to_string(proved.last));
    };
    db::Connection connection = database.open();
    NoArchive archived;
    const bool is_whole = prove_ledger(connection, archived, tell);
    const auto is_fine = [](const std::string& one) { return one.starts_with("intact "); };
    CHECK(is_whole == std::all_of(found.begin(), found.end(), is_fine));
    return found;
  }
  std::vector<std::string> against_journal(core::Time now) {
    std::vector<std::string> found;
    db::Connection connection = database.open();
    const bool is_whole =
        prove_journal(connection, journal->path(), "sipd", now, kPatience, [&](const Proved& one) {
          found.push_back(std::string(name_of(one.finding)) + " " + std::to_string(one.first) +
                          "-" + std::to_string(one.last));
        });
    if (is_whole) CHECK((found.empty() || found[0].starts_with("waiting")));
    return found;
  }
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("a ledger that nobody touched is proved, refused entries included", "[ledger]") {
  ShippedLedger ledger;
  CHECK(ledger.findings() == Found{"intact 1-31"});
  CHECK(ledger.against_journal(instant(100)).empty());
}

TEST_CASE("whatever is changed, deleted or added in the ledger is found where it is", "[ledger]") {
  struct Case {
    const char* harm;
    Found found;
    bool is_seen_by_journal = true;
  };
  const std::vector<Case> cases{
      {"UPDATE trunkline.ledger_entry SET body = replace(body::text, '101', '999')::json"
       " WHERE seq = 5",
       {"changed 5-5"},
       false},
      {"UPDATE trunkline.ledger_entry SET hash = sha256('x') WHERE seq = 5",
       {"changed 5-5", "changed 6-6"}},
      {"UPDATE trunkline.ledger_entry SET at = at + interval '1 second' WHERE seq = 5",
       {"changed 5-5"},
       false},
      {"UPDATE trunkline.ledger_entry SET tenant_id = gen_random_uuid() WHERE seq = 5",
       {"changed 5-5"},
       false},
      {"UPDATE trunkline.ledger_entry SET kind = 'call.other' WHERE seq = 5",
       {"changed 5-5"},
       false},
      {"DELETE FROM trunkline.ledger_entry WHERE seq = 5", {"missing 5-5"}},
      {"DELETE FROM trunkline.ledger_entry WHERE seq BETWEEN 7 AND 8 OR seq = 16",
       {"missing 7-8", "missing 16-16"}},
      {"DELETE FROM trunkline.ledger_rejected", {"missing 31-31"}},
      {"UPDATE trunkline.ledger_rejected SET body = 'no jsoN'", {"changed 31-31"}, false},
      {"DELETE FROM trunkline.ledger_entry WHERE seq = 1", {"missing 1-1"}},
      {"UPDATE trunkline.ledger_node SET last_hash = sha256('x')", {"end 31-31"}, false},
      {"UPDATE trunkline.ledger_node SET watermark = 35", {"missing 32-35"}, false},
      {"DELETE FROM trunkline.cdr WHERE seq = 6", {"unlisted 6-6"}, false},
      {"UPDATE trunkline.cdr SET talk_ms = 1 WHERE seq = 6", {"differing 6-6"}, false},
      {"UPDATE trunkline.cdr SET caller_number = '102' WHERE seq = 6", {"differing 6-6"}, false},
      {"UPDATE trunkline.cdr SET seq = 5 WHERE seq = 6", {"unlisted 6-6", "differing 5-5"}, false},
      {"INSERT INTO trunkline.cdr (call, tenant_id, node_id, seq, entry_at, direction, state,"
       " started_at, search_keys) SELECT gen_random_uuid(), tenant_id, node_id, 4, entry_at,"
       " direction, 'ringing', started_at, search_keys FROM trunkline.cdr WHERE seq = 6",
       {"unfounded 4-4"},
       false},
  };
  ShippedLedger ledger;
  for (const char* table : {"ledger_entry", "ledger_rejected", "ledger_node", "cdr"}) {
    ledger.superuser.run_script(std::string("CREATE TABLE public.") + table +
                                " AS SELECT * FROM trunkline." + table);
  }
  for (const auto& [harm, found, is_seen_by_journal] : cases) {
    CAPTURE(harm);
    ledger.superuser.run_script(harm);
    const Found seen = ledger.findings();
    for (const std::string& one : found) {
      CAPTURE(one);
      CHECK(std::find(seen.begin(), seen.end(), one) != seen.end());
    }
    CHECK(ledger.against_journal(instant(100)).empty() != is_seen_by_journal);
    for (const char* table : {"ledger_entry", "ledger_rejected", "ledger_node", "cdr"}) {
      ledger.superuser.run_script(std::string("TRUNCATE trunkline.") + table +
                                  "; INSERT INTO trunkline." + table + " SELECT * FROM public." +
                                  table);
    }
    CHECK(ledger.findings() == Found{"intact 1-31"});
  }
}

TEST_CASE("an accepted gap is told and is no hole", "[ledger]") {
  ShippedLedger ledger;
  for (int call = 0; call < 2; ++call) ledger.add_call();
  REQUIRE(ledger.journal->flush());
  ledger.superuser.run_script(
      "SELECT trunkline.ledger_accept_gap(node_id, 33, sha256('x'), 'disk lost')"
      "  FROM trunkline.ledger_node");
  Found found;
  db::Connection connection = ledger.database.open();
  NoArchive archived;
  CHECK(prove_ledger(connection, archived, [&](const Proved& one) {
    found.push_back(std::string(name_of(one.finding)) + " " + std::to_string(one.first) + "-" +
                    std::to_string(one.last));
  }));
  CHECK(found == Found{"accepted 32-33", "intact 1-33"});
}

TEST_CASE("what the journal holds back waits, and is missing when it waited too long", "[ledger]") {
  ShippedLedger ledger;
  ledger.add_call();
  REQUIRE(ledger.journal->flush());
  CHECK(ledger.findings() == Found{"intact 1-31"});
  CHECK(ledger.against_journal(instant(40)) == Found{"waiting 32-34"});
  CHECK(ledger.against_journal(instant(1'000)) == Found{"missing 32-34"});
  ledger.ship();
  CHECK(ledger.against_journal(instant(1'000)).empty());
}

TEST_CASE("calls that were erased leave links that still prove the ledger", "[ledger]") {
  ShippedLedger ledger;
  static constexpr db::Statement kThird{"SELECT call FROM trunkline.ledger_entry WHERE seq = 7"};
  static constexpr db::Statement kErase{
      "SELECT trunkline.erase_calls($1, ARRAY[$2::uuid], ARRAY['policy x'], ARRAY[$3])"};
  const auto call = ledger.superuser.query(kThird).only().get<core::Uuid>("call");
  const auto run = core::Uuid::make(instant(0));
  db::Connection retention = ledger.database.open("trunkline_retention");
  const auto proved = [&](bool is_proof_expected) {
    std::vector<std::string> found;
    db::Connection connection = ledger.database.open();
    NoArchive archived;
    CHECK(prove_ledger(connection, archived, [&](const Proved& one) {
            found.push_back(std::string(name_of(one.finding)) + " " + std::to_string(one.first) +
                            "-" + std::to_string(one.last));
          }) == is_proof_expected);
    return found;
  };

  SECTION("whole, or a party of it") {
    for (const char* side : {"caller", "all"}) {
      INFO(side);
      retention.query(kErase, {run, call, side});
      CHECK(proved(true) == Found{"erased 7-9", "intact 1-31"});
      CHECK(ledger.against_journal(instant(100)).empty());
    }
  }
  SECTION("but a mark without an erasure hides nothing") {
    retention.query(kErase, {run, call, "all"});
    ledger.superuser.run_script(
        "UPDATE trunkline.ledger_entry SET body = trunkline.erased_body(call)::json"
        " WHERE seq = 14");
    CHECK(proved(false) == Found{"erased 7-9", "changed 14-14"});
    ledger.superuser.run_script(
        "UPDATE trunkline.ledger_entry SET hash = sha256('x') WHERE seq = 9");
    CHECK(proved(false) == Found{"erased 7-8", "changed 9-9", "changed 10-10", "changed 14-14"});
  }
}

}  // namespace trunkline::ledger
