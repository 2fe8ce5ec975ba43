// SPDX-License-Identifier: MIT
#include "cdr/query.h"

#include <set>

#include "support/ledger_rows.h"

namespace trunkline::cdr {
namespace {

using core::Json;

/// So many seconds after 2025-11-21T08:00:00Z.
core::Time instant(std::int64_t seconds) {
  return core::from_microseconds(1'763'712'000'000'000 + seconds * 1'000'000);
}

struct Ledger {
  test::Database database;
  test::LedgerRows rows{database};
  db::Connection connection = database.open();
  core::TenantId tenant = core::TenantId::make(instant(0));

  core::CallRef add(std::int64_t second, const std::string& caller, const std::string& called,
                    const std::string& disposition, core::TenantId owner) {
    const auto call = core::CallRef::make(instant(second));
    Json body{{"schema", "call.v1"},
              {"call", call.text()},
              {"direction", "internal"},
              {"caller",
               {{"name", caller + "-name"},
                {"number", caller},
                {"call_id", "in-" + std::to_string(second) + "@phone"}}},
              {"called",
               {{"dialled", called},
                {"name", called + "-name"},
                {"number", called},
                {"call_id", "out-" + std::to_string(second) + "@us"}}},
              {"state", disposition.empty() ? "ringing" : "ended"},
              {"started_at", core::to_rfc3339(instant(second))}};
    if (!disposition.empty()) body["disposition"] = disposition;
    rows.add("call.ended", owner, call, body);
    return call;
  }
  core::CallRef add(std::int64_t second, const std::string& caller, const std::string& called,
                    const std::string& disposition) {
    return add(second, caller, called, disposition, tenant);
  }

  std::vector<core::CallRef> list(const Filter& filter) {
    std::vector<core::CallRef> calls;
    for_each_call(connection, filter, [&](const Call& call) {
      CHECK(passes(filter, call));  // the pure filter agrees with the statement
      calls.push_back(call.call);
      return true;
    });
    return calls;
  }
};

}  // namespace

TEST_CASE("lists are newest first and every filter narrows them", "[cdr]") {
  Ledger ledger;
  const auto other = core::TenantId::make(instant(0));
  const auto first = ledger.add(1, "101", "102", "answered");
  const auto second = ledger.add(2, "102", "101", "missed");
  const auto third = ledger.add(3, "103", "101", "answered", other);
  const auto live = ledger.add(4, "101", "104", "");
  using Calls = std::vector<core::CallRef>;

  CHECK(ledger.list({}) == Calls{live, third, second, first});
  CHECK(ledger.list({.limit = 2}) == Calls{live, third});
  CHECK(ledger.list({.since = instant(2), .until = instant(4)}) == Calls{third, second});
  CHECK(ledger.list({.caller = "101"}) == Calls{live, first});
  CHECK(ledger.list({.caller = "101-name"}) == Calls{live, first});
  CHECK(ledger.list({.called = "101"}) == Calls{third, second});
  CHECK(ledger.list({.number = "102"}) == Calls{second, first});
  CHECK(ledger.list({.caller = "101", .called = "102"}) == Calls{first});
  CHECK(ledger.list({.disposition = "answered"}) == Calls{third, first});
  CHECK(ledger.list({.is_live = true}) == Calls{live});
  CHECK(ledger.list({.is_live = false, .tenant = ledger.tenant}) == Calls{second, first});
  CHECK(ledger.list({.number = "10"}).empty());
  // A Call-ID is for finding, not a number.
  CHECK(ledger.list({.number = "in-1@phone"}).empty());
}

TEST_CASE("a call comes with its trunk, DID and campaign, and is found by them", "[cdr]") {
  Ledger ledger;
  const auto call = ledger.add(1, "101", "102", "answered");
  ledger.add(2, "101", "102", "answered");
  ledger.database.open_as_superuser().run_script(
      "UPDATE trunkline.cdr SET trunk = 'carrier', did = '+4930123456', campaign = 'spring'"
      " WHERE caller_call_id = 'in-1@phone'");
  for (const Filter& filter :
       {Filter{.trunk = "carrier"}, Filter{.did = "+4930123456"}, Filter{.campaign = "spring"}}) {
    CHECK(ledger.list(filter) == std::vector<core::CallRef>{call});
    // The stream has its own way of reading a row.
    std::vector<Call> streamed;
    stream_calls(ledger.connection, filter, [&](const Call& one) {
      streamed.push_back(one);
      return true;
    });
    REQUIRE(streamed.size() == 1);
    CHECK(to_json(streamed[0]) == to_json(find_call(ledger.connection, call.text()).value()));
    CHECK(streamed[0].trunk == "carrier");
    CHECK(streamed[0].did == "+4930123456");
    CHECK(streamed[0].campaign == "spring");
  }
  CHECK(ledger.list({.trunk = "carr"}).empty());
  CHECK(ledger.list({.trunk = "carrier", .campaign = "autumn"}).empty());
}

TEST_CASE("a long list is read page by page without losing or repeating calls", "[cdr]") {
  Ledger ledger;
  std::vector<core::CallRef> made;
  // More than two pages, many of the same second: the order is by id then.
  db::Connection superuser = ledger.database.open_as_superuser();
  superuser.run_script(
      "INSERT INTO trunkline.cdr (call, tenant_id, node_id, seq, entry_at, direction, state,"
      "                           started_at, search_keys)"
      " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, now(), 'internal',"
      "        'ringing', timestamptz '2025-01-01' + (n / 300) * interval '1 second', '{}'"
      "   FROM generate_series(1, 1234) AS n");
  const std::vector<core::CallRef> all = ledger.list({.limit = 0});
  CHECK(all.size() == 1234);
  CHECK(std::set<core::CallRef>(all.begin(), all.end()).size() == 1234);
  std::uint64_t seen = 0;
  CHECK(for_each_call(ledger.connection, {.limit = 0}, [&](const Call&) { return ++seen < 700; }) ==
        700);
}

TEST_CASE("a call is found by id, tail, Call-ID, number, name and last", "[cdr]") {
  Ledger ledger;
  const auto first = ledger.add(1, "101", "102", "answered");
  const auto second = ledger.add(2, "103", "102", "missed");
  const auto find = [&](const std::string& which) {
    return find_call(ledger.connection, which).map([](const Call& call) { return call.call; });
  };
  CHECK(find(first.text()) == first);
  CHECK(find(first.text().substr(28)) == first);
  CHECK(find("in-1@phone") == first);
  CHECK(find("out-1@us") == first);
  CHECK(find("101") == first);
  CHECK(find("102") == second);  // the latest of the number
  CHECK(find("103-name") == second);
  CHECK(find("last") == second);
  CHECK(find("999").error() ==
        core::Fault{core::ExitCode::no_input, "cannot find call '999'",
                    "give an id or its end, a SIP Call-ID, a number or last: cdrctl list"});
  CHECK(find("").error().code == core::ExitCode::no_input);
  CHECK(find("%").error().code == core::ExitCode::no_input);
}

TEST_CASE("a tail that fits several calls names them", "[cdr]") {
  Ledger ledger;
  const auto add = [&](const char* id) {
    ledger.rows.add("call.started", ledger.tenant, core::CallRef::parse(id).value(),
                    {{"schema", "call.v1"},
                     {"direction", "internal"},
                     {"caller", Json::object()},
                     {"called", Json::object()},
                     {"state", "initiated"},
                     {"started_at", "2026-11-21T08:00:00Z"}});
  };
  add("01a1fbf0-9f35-77cc-891d-aaaaaaaabeef");
  add("01a1fbf0-9f35-77cc-891d-bbbbbbbbbeef");
  CHECK(find_call(ledger.connection, "bbeef").value().call.text() ==
        "01a1fbf0-9f35-77cc-891d-bbbbbbbbbeef");
  const core::Fault fault = find_call(ledger.connection, "beef").error();
  CHECK(fault.code == core::ExitCode::usage);
  CHECK(fault.message == "cannot tell which call 'beef' is: several ids end so");
  CHECK(fault.hint.find("01a1fbf0-9f35-77cc-891d-aaaaaaaabeef") != std::string::npos);
  CHECK_FALSE(find_call(ledger.connection, "eef"));  // too short to be meant as an id
}

TEST_CASE("media account and recordings of a call come as they were journaled", "[cdr]") {
  Ledger ledger;
  const auto call = ledger.add(1, "101", "102", "answered");
  CHECK_FALSE(facts_of(ledger.connection, call).media);
  const Json media{{"schema", "media.v1"}, {"reason", "deleted"}, {"legs", Json::array()}};
  ledger.rows.add("media.ended", ledger.tenant, call, media);
  ledger.rows.add("recording.finished", ledger.tenant, call,
                  {{"schema", "recording.v1"},
                   {"recording", core::RecordingId::make(instant(1)).text()},
                   {"status", "complete"},
                   {"started_at", "2026-11-21T08:00:00Z"}});
  const CallFacts facts = facts_of(ledger.connection, call);
  REQUIRE(facts.media);
  CHECK(core::text_at(*facts.media, "reason") == "deleted");
  REQUIRE(facts.recordings.size() == 1);
  CHECK(core::text_at(facts.recordings[0], "status") == "complete");
}

TEST_CASE("a session for one tenant finds only its calls", "[cdr]") {
  Ledger ledger;
  const auto other = core::TenantId::make(instant(0));
  const auto mine = ledger.add(1, "101", "102", "answered");
  const auto theirs = ledger.add(2, "101", "102", "answered", other);
  db::Options options = ledger.database.options();
  options.tenant = ledger.tenant;
  db::Connection restricted = db::Connection::open(options);
  CHECK(find_call(restricted, "101").value().call == mine);
  CHECK_FALSE(find_call(restricted, theirs.text()));
  std::uint64_t seen = for_each_call(restricted, {}, [](const Call&) { return true; });
  CHECK(seen == 1);
  static constexpr db::Statement kReport{"SELECT count(*) AS calls FROM trunkline.report_call"};
  CHECK(restricted.query(kReport).only().get<int>("calls") == 1);
  CHECK(ledger.connection.query(kReport).only().get<int>("calls") == 2);
}

TEST_CASE("finding by number or tail in a large ledger uses an index", "[cdr]") {
  Ledger ledger;
  db::Connection superuser = ledger.database.open_as_superuser();
  superuser.run_script(
      "INSERT INTO trunkline.cdr (call, tenant_id, node_id, seq, entry_at, direction, state,"
      "                           started_at, search_keys)"
      " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, now(), 'internal',"
      "        'ringing', timestamptz '2025-01-01' + n * interval '1 second', ARRAY[n::text]"
      "   FROM generate_series(1, 20000) AS n;"
      "ANALYZE trunkline.cdr;");
  for (const char* condition :
       {"search_keys @> ARRAY['777']", "reverse(call::text) LIKE reverse('0badcafe') || '%'"}) {
    CAPTURE(condition);
    superuser.run_script("CREATE TEMP TABLE IF NOT EXISTS plan (line text)");
    ledger.connection.run_script(
        std::string("DO $$ DECLARE line text; found boolean := false; BEGIN"
                    " FOR line IN EXECUTE 'EXPLAIN SELECT call FROM trunkline.cdr WHERE ") +
        [&] {
          std::string quoted;
          for (const char* c = condition; *c != '\0'; ++c)
            quoted += *c == '\'' ? "''" : std::string(1, *c);
          return quoted;
        }() +
        "' LOOP found := found OR line LIKE '%Index%'; END LOOP;"
        " IF NOT found THEN RAISE EXCEPTION 'no index'; END IF; END $$");
  }
}

}  // namespace trunkline::cdr
