// SPDX-License-Identifier: MIT
#include "archive/archive.h"

#include <fstream>
#include <random>
#include <set>

#include "archive/calls.h"
#include "archive/compressed_file.h"
#include "archive/scene.h"
#include "archive/tidy.h"
#include "support/killed.h"
#include "support/kills.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;

constexpr db::Statement kCallsLeft{"SELECT count(*) AS count FROM trunkline.cdr"};
constexpr db::Statement kEntriesLeft{"SELECT count(*) AS count FROM trunkline.ledger_entry"};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("archive: a month leaves the database for a file, and comes back as it was",
          "[archive]") {
  const Scene scene;
  CHECK(scene.findings(scene.folder) == Found{"intact 1-270"});
  archive_all(scene, "2024-03");
  CHECK(scene.count(kCallsLeft) == 30);
  db::Connection connection = scene.database.open();
  const std::vector<Archived> all = archives(connection);
  REQUIRE(all.size() == 6);
  CHECK(all[0].file == "cdr_2024_01.1.csv.zst");
  CHECK(all[0].rows == 31);
  for (const Archived& one : all) CHECK(verify(scene.folder, one));

  // The chain is walked through the files; without them it is said what is not known.
  CHECK(scene.findings(scene.folder) == Found{"intact 1-270"});
  CHECK(scene.findings("/nowhere") == Found{"archived 1-93", "archived 94-180", "intact 181-270"});

  for (const Archived& one : all) restore(connection, scene.folder, one);
  CHECK(scene.count(kCallsLeft) == kCalls);
  CHECK(scene.count(kEntriesLeft) == 3 * kCalls);
  CHECK(scene.findings("/nowhere") == Found{"intact 1-270"});
  CHECK_THROWS_AS(restore(connection, scene.folder, all[0]), core::Error);
  // A backup of the database may name a file until another has its place.
  CHECK(fs::exists(scene.folder / all[0].file));
  archive_all(scene, "2024-02");
  const std::vector<Archived> again = archives(connection);
  CHECK(again[1].file == "cdr_2024_01.2.csv.zst");
  CHECK(again[0].replaced_by == again[1].id);
  CHECK_FALSE(fs::exists(scene.folder / all[0].file));
}

TEST_CASE("archive: calls are read from files as from the database", "[archive]") {
  const Scene scene;
  archive_all(scene, "2024-03");
  db::Connection connection = scene.database.open();
  const std::vector<Archived> all = archives(connection);
  const auto numbers = [&](const cdr::Filter& filter) {
    Found found;
    for_each_archived(scene.folder, all, filter, [&](const cdr::Call& call) {
      found.push_back(call.caller.number);
      return true;
    });
    return found;
  };
  CHECK(numbers({.limit = 2}) == Found{"1159", "1158"});
  CHECK(numbers({.is_oldest_first = true, .limit = 2}) == Found{"1100", "1101"});
  CHECK(numbers({.limit = 0}).size() == 60);
  CHECK(numbers({.since = day(30), .until = day(32), .limit = 0}) == Found{"1131", "1130"});
  CHECK(numbers({.number = "1131"}) == Found{"1131"});
  const cdr::Call call = find_archived(scene.folder, all, "1131").value();
  CHECK(call.caller.name == "Ann, \"B\"\nC");
  CHECK(call.talk_ms == 31'000);
  CHECK(call.started_at == day(31));
  const std::string id = call.call.text();
  CHECK(find_archived(scene.folder, all, id.substr(id.size() - 8)).value().call == call.call);
  CHECK(find_archived(scene.folder, all, "last").value().caller.number == "1159");
  CHECK(find_archived(scene.folder, all, "999").error().code == core::ExitCode::no_input);
}

TEST_CASE("archive: a call in a file says all that it said in the database", "[archive]") {
  const Scene scene;
  scene.database.open_as_superuser().run_script(
      "UPDATE trunkline.cdr SET trunk = 'carrier', did = '+4930123456', campaign = 'spring, 1',"
      " direction = 'outbound', dialled = '+493012345678', cost = 0.03, cost_currency = 'EUR'"
      " WHERE caller_number = '1131'");
  db::Connection connection = scene.database.open();
  static constexpr db::Statement kRow{
      "SELECT to_jsonb(c) AS row FROM trunkline.cdr c WHERE caller_number = '1131'"};
  const auto row = [&] { return connection.query(kRow).only().get<core::Json>("row"); };
  const core::Json stored = row();
  const core::Json before = cdr::to_json(cdr::find_call(connection, "1131").value());
  CHECK(core::text_at(before, "country") == "DE");
  archive_all(scene);
  const std::vector<Archived> all = archives(connection);
  const core::Json after = cdr::to_json(find_archived(scene.folder, all, "1131").value());
  CHECK(core::to_line(after) == core::to_line(before));
  for (const cdr::Filter& filter :
       {cdr::Filter{.trunk = "carrier"}, cdr::Filter{.did = "+4930123456"},
        cdr::Filter{.campaign = "spring, 1"}}) {
    std::uint64_t given = for_each_archived(scene.folder, all, filter, [](const cdr::Call& call) {
      CHECK(call.caller.number == "1131");
      return true;
    });
    CHECK(given == 1);
  }
  // Columns that nobody named come back, too.
  for (const Archived& one : all) restore(connection, scene.folder, one);
  CHECK(core::to_line(row()) == core::to_line(stored));
}

TEST_CASE("archive: a damaged, cut or missing file is told", "[archive]") {
  const Scene scene;
  archive_all(scene, "2024-02");
  db::Connection connection = scene.database.open();
  const Archived one = archives(connection).front();
  const fs::path path = scene.folder / one.file;
  const auto size = static_cast<std::streamoff>(fs::file_size(path));
  SECTION("a byte flipped") {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(size / 2);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(size / 2);
    file.put(byte);
  }
  SECTION("cut") {
    fs::resize_file(path, static_cast<std::uintmax_t>(size - 7));
  }
  SECTION("another one") {
    CompressedWriter writer(path);
    writer.write("call\nx\n");
    writer.finish();
  }
  SECTION("gone") {
    fs::remove(path);
  }
  CHECK_FALSE(verify(scene.folder, one));
  CHECK_THROWS_AS(restore(connection, scene.folder, one), core::Error);
  CHECK(scene.count(kCallsLeft) == 59);
}

TEST_CASE("archive: a month that is not over stays, and so does what is not due", "[archive]") {
  const Scene scene;
  db::Connection connection = scene.database.open();
  CHECK(due(connection, cdr::Month::parse("2199-01").value()).size() == 9);
  CHECK(due(connection, cdr::Month::parse("2024-01").value()).empty());
  const std::string now = core::to_rfc3339(core::system_clock().wall()).substr(0, 7);
  CHECK_THROWS_AS(archive_month(connection, scene.folder, {.table = "cdr", .month = now},
                                core::system_clock().wall()),
                  core::Error);
}

TEST_CASE("archive: killed at any moment, a month is in the database or in a whole file",
          "[archive]") {
  const Scene scene;
  const int kKills = test::kills(60);
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments each time
  const auto begun = std::chrono::steady_clock::now();
  archive_all(scene);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  const auto restore_all = [&] {
    db::Connection connection = scene.database.open();
    for (const Archived& one : archives(connection))
      if (one.counts()) restore(connection, scene.folder, one);
  };
  restore_all();
  int kills = 0;
  for (int round = 0; kills < kKills; ++round) {
    REQUIRE(round < kKills * 10);
    std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
    const bool is_killed = test::is_killed_after(std::chrono::microseconds(moment(random)),
                                                 [&] { archive_all(scene); });
    if (is_killed) ++kills;
    db::Connection connection = scene.database.open();
    // In one statement: the server may still end what the killed client had begun.
    static constexpr db::Statement kSums{
        "SELECT (SELECT count(*) FROM trunkline.cdr) + (SELECT coalesce(sum(rows), 0)::bigint FROM"
        "  trunkline.archive WHERE table_name = 'cdr' AND restored_at IS NULL) AS calls,"
        " (SELECT count(*) FROM trunkline.ledger_entry) + (SELECT coalesce(sum(rows), 0)::bigint "
        "FROM"
        "  trunkline.archive WHERE table_name = 'ledger_entry' AND restored_at IS NULL) AS "
        "entries"};
    const db::Rows sums = connection.query(kSums);
    REQUIRE(sums.only().get<std::int64_t>("calls") == kCalls);
    REQUIRE(sums.only().get<std::int64_t>("entries") == 3 * kCalls);
    for (const Archived& one : archives(connection)) {
      if (one.counts()) REQUIRE(verify(scene.folder, one));
    }
    if (!is_killed) restore_all();
  }
  CHECK(scene.findings(scene.folder) == Found{"intact 1-270"});
  archive_all(scene);
  db::Connection connection = scene.database.open();
  CHECK(tidy(connection, scene.folder, core::system_clock().wall()).unknown.empty());
  std::set<std::string> files;
  for (const Archived& one : archives(connection))
    if (one.counts()) files.insert(one.file);
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(scene.folder))
    there.insert(entry.path().filename().string());
  CHECK(there == files);
  restore_all();
  CHECK(scene.findings("/nowhere") == Found{"intact 1-270"});
}

}  // namespace trunkline::archive
