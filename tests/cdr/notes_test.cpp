// SPDX-License-Identifier: MIT
#include "cdr/notes.h"

#include "db/sql_error.h"
#include "support/ledger_rows.h"

namespace trunkline::cdr {
namespace {

core::Time now() {
  return core::parse_rfc3339("2026-11-21T08:00:00Z").value();
}

core::CallRef add_call(test::LedgerRows& rows, const core::TenantId& tenant) {
  const auto call = core::CallRef::make(now());
  rows.add("call.started", tenant, call,
           {{"schema", "call.v1"},
            {"direction", "internal"},
            {"caller", core::Json::object()},
            {"called", core::Json::object()},
            {"state", "initiated"},
            {"started_at", "2026-11-21T08:00:00Z"}});
  return call;
}

}  // namespace

TEST_CASE("notes on a call are added, told in their order, and never changed", "[cdr]") {
  const test::Database database;
  test::LedgerRows rows(database);
  db::Connection connection = database.open();
  const auto call = add_call(rows, core::TenantId::make(now()));
  const Note first = add_note(connection, call, " wants to be called back \n", now()).value();
  CHECK(first.text == "wants to be called back");
  CHECK(first.who == "test");
  REQUIRE(add_note(connection, call, "done", now()));
  const std::vector<Note> notes = notes_of(connection, call);
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].text == first.text);
  CHECK(notes[1].text == "done");
  CHECK(list_notes(connection, {}).front().text == "done");
  CHECK(list_notes(connection, {.who = "tes", .limit = 1}).size() == 1);
  CHECK(list_notes(connection, {.who = "alice"}).empty());
  CHECK(list_notes(connection, {.until = notes[0].at}).empty());

  CHECK(add_note(connection, call, "  ", now()).error().message == "cannot note nothing");
  CHECK(add_note(connection, call, "\xff", now()).error().message ==
        "cannot note this: it is no text in UTF-8");
  CHECK(add_note(connection, call, std::string(4'001, 'x'), now()).error() ==
        core::Fault{core::ExitCode::usage, "cannot note 4001 letters", "a note has 4000 at most"});
  std::string accents;
  for (std::size_t i = 0; i < kLongestNote; ++i) accents += "é";
  CHECK(add_note(connection, call, accents, now()));
  CHECK(add_note(connection, core::CallRef::make(now()), "x", now()).error().code ==
        core::ExitCode::no_input);

  db::Connection owner = database.open("trunkline_owner");
  CHECK_THROWS_AS(owner.run_script("UPDATE trunkline.call_note SET text = 'forged'"), core::Error);
  CHECK_THROWS_AS(connection.run_script("DELETE FROM trunkline.call_note"), core::Error);
}

TEST_CASE("that there was a note is in the audit log, its text is not", "[cdr]") {
  const test::Database database;
  test::LedgerRows rows(database);
  db::Connection connection = database.open();
  const auto call = add_call(rows, core::TenantId::make(now()));
  REQUIRE(add_note(connection, call, "a secret word", now()));
  static constexpr db::Statement kAudit{
      "SELECT who, object, detail FROM trunkline.audit_log WHERE event = 'call.noted'"};
  const db::Rows audit = connection.query(kAudit);
  CHECK(audit.only().get<std::string>("who") == "test");
  CHECK(audit.only().get<core::Uuid>("object") == call.uuid());
  CHECK(audit.only().get<std::string>("detail").find("secret") == std::string::npos);
}

TEST_CASE("a tenant's session notes on its own calls only, and sees only their notes", "[cdr]") {
  const test::Database database;
  test::LedgerRows rows(database);
  const auto mine = core::TenantId::make(now());
  const auto own = add_call(rows, mine);
  const auto other = add_call(rows, core::TenantId::make(now()));
  db::Connection operator_ = database.open();
  REQUIRE(add_note(operator_, other, "not for them", now()));
  db::Options options = database.options();
  options.tenant = mine;
  db::Connection bound = db::Connection::open(options);
  CHECK(add_note(bound, other, "mischief", now()).error().code == core::ExitCode::no_input);
  REQUIRE(add_note(bound, own, "ours", now()));
  CHECK(list_notes(bound, {}).size() == 1);
  CHECK(list_notes(operator_, {}).size() == 2);
}

}  // namespace trunkline::cdr
