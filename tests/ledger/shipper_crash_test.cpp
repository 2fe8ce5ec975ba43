// SPDX-License-Identifier: MIT
// kill -9 of the shipper in the middle of its work, and of its sessions: every entry is in the
// ledger exactly once, in a chain that holds.
#include <random>

#include "journal/journal.h"
#include "ledger/no_archive.h"
#include "ledger/prove.h"
#include "ledger/row_counts.h"
#include "ledger/shipper.h"
#include "support/database.h"
#include "support/killed.h"
#include "support/kills.h"
#include "support/temporary_directory.h"

namespace trunkline::ledger {
namespace {

constexpr int kEntriesARound = 300;

void append(journal::Journal& journal, int count) {
  const core::Time now = core::system_clock().wall();
  for (int i = 0; i < count; ++i) {
    const auto call = core::CallRef::make(now);
    journal.append({.kind = "call.started",
                    .tenant = {},
                    .call = call,
                    .body = "{\"schema\":\"call.v1\",\"call\":\"" + call.text() +
                            "\",\"direction\":\"internal\",\"state\":\"initiated\","
                            "\"started_at\":\"" +
                            core::to_rfc3339(now) + "\"}",
                    .at = now});
  }
  REQUIRE(journal.flush());
}

}  // namespace

TEST_CASE("killed at random moments, the shipper loses nothing and doubles nothing", "[ledger]") {
  const test::Database database;
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  db::Connection superuser = database.open_as_superuser();
  static constexpr db::Statement kEndSessions{
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE datname = current_database() AND pid <> pg_backend_pid()"};
  std::mt19937 random(11);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments each time
  std::uniform_int_distribution<int> moment(1, 250);
  const auto ship = [&] {
    const auto journal = journal::Journal::open(path);
    Shipper shipper({.database = database.options("trunkline_sipd"),
                     .daemon = "sipd",
                     .batch_rows = 40,
                     .first_backoff = core::Milliseconds(10)},
                    *journal);
    if (!shipper.flush(core::Milliseconds(30'000))) throw core::Error(core::ExitCode::failed, "");
  };
  int entries = 0;
  int kills = 0;
  for (int round = 0; kills < test::kills(60); ++round) {
    REQUIRE(round < test::kills(600));
    append(*journal::Journal::open(path), kEntriesARound);
    entries += kEntriesARound;
    if (test::is_killed_after(std::chrono::milliseconds(moment(random)), ship)) ++kills;
    if (round % 7 == 0) superuser.query(kEndSessions);
  }
  ship();
  db::Connection connection = database.open();
  std::vector<Proved> found;
  NoArchive archive;
  CHECK(prove_ledger(connection, archive, [&](const Proved& one) { found.push_back(one); }));
  REQUIRE(found.size() == 1);
  CHECK(found[0].finding == Finding::intact);
  CHECK(found[0].first == 1);
  CHECK(found[0].last == entries);
  CHECK(connection.query(kCalls).only().get<std::int64_t>("count") == entries);
}

}  // namespace trunkline::ledger
