// SPDX-License-Identifier: MIT
#include "archive/sweep.h"

#include <random>

#include "archive/eraser.h"
#include "retention/holds.h"
#include "retention/policies.h"
#include "support/killed.h"
#include "support/kills.h"

namespace trunkline::archive {
namespace {

using retention::Days;
using retention::Kind;
using retention::Level;

constexpr Days kYear{365};

/// A scene of which every month is archived, and whose calls live for a year.
struct Archive {
  Archive() {
    static constexpr db::Statement kTenant{
        "INSERT INTO trunkline.tenant (id, name, domain) VALUES ($1, 'acme', 'acme.example')"};
    operators.query(kTenant, {scene.tenant});
    set(Kind::call, Level::tenant, kYear);
    archive_all(scene);
  }
  void set(Kind kind, Level level, std::optional<Days> keep) {
    const core::Uuid subject = level == Level::agent ? scene.device.uuid() : core::Uuid{};
    REQUIRE(retention::set_policy(operators,
                                  {.id = core::Uuid::make(day(0)),
                                   .tenant = scene.tenant,
                                   .name = fmt::format("{}-{}", name_of(level), name_of(kind)),
                                   .kind = kind,
                                   .level = level,
                                   .subject = subject,
                                   .keep = keep},
                                  core::system_clock().wall()));
  }
  /// A recording of that day's call.
  core::RecordingId record(int number) {
    static constexpr db::Statement kCall{
        "SELECT call FROM trunkline.ledger_entry WHERE kind = 'call.ended'"
        " ORDER BY at LIMIT 1 OFFSET $1"};
    for (const Archived& one : archives(operators))
      if (one.table == "ledger_entry" && one.counts()) restore(operators, scene.folder, one);
    const auto call = core::CallRef(
        operators.query(kCall, {static_cast<std::int64_t>(number)}).only().get<core::Uuid>("call"));
    const auto recording = core::RecordingId::make(day(number));
    const std::string time = core::to_rfc3339(day(number));
    scene.append("recording.finished", call,
                 {{"schema", "recording.v1"},
                  {"recording", recording.text()},
                  {"call", call.text()},
                  {"tenant", scene.tenant.text()},
                  {"path", "2024/a.wav.enc"},
                  {"key_id", "k"},
                  {"status", "complete"},
                  {"started_at", time},
                  {"ended_at", time},
                  {"duration_ms", 5000},
                  {"bytes", 1000},
                  {"legs", core::Json::array()}},
                 day(number));
    scene.ship();
    archive_all(scene);
    return recording;
  }
  bool has(core::RecordingId recording) {
    static constexpr db::Statement kThere{
        "SELECT count(*) AS count FROM trunkline.recording"
        " WHERE recording = $1 AND status <> 'erased'"};
    return operators.query(kThere, {recording}).only().get<std::int64_t>("count") == 1;
  }

  Scene scene;
  db::Connection operators = scene.database.open();
};

/// The noon of a day by which the calls of days 0 to `last` are over their year.
core::Time a_year_after(int last) {
  return day(last) + kYear + std::chrono::hours(12);
}

std::int64_t archived_calls(const Scene& scene) {
  db::Connection connection = scene.database.open();
  return static_cast<std::int64_t>(Items(connection, scene.folder).count_calls());
}

}  // namespace

TEST_CASE("archive: a month's calls may be due from its first moment and the shortest time on",
          "[archive]") {
  const auto at = [](const char* time) { return core::parse_rfc3339(time).value(); };
  CHECK_FALSE(may_be_due("2024-01", std::nullopt, at("2099-01-01T00:00:00Z")));
  CHECK_FALSE(may_be_due("2024-01", Days(30), at("2024-01-30T23:59:59Z")));
  CHECK(may_be_due("2024-01", Days(30), at("2024-01-31T00:00:00Z")));
}

TEST_CASE("archive: a sweep erases what is due in archived months, and counts it before",
          "[archive]") {
  Archive archive;
  Eraser eraser(archive.scene);
  eraser.now = a_year_after(40);
  Items items(eraser.database, archive.scene.folder);
  const retention::Planner planner(retention::load_rules(eraser.database, Days(90)));
  const auto seen = retention::survey(eraser.database, planner, eraser.now, items);
  CHECK(seen.due(Kind::call) == 41);
  CHECK(seen.shares[1].all == kCalls);
  CHECK(items.unreached().empty());

  const Swept swept = eraser.sweep();
  CHECK(swept.erased.calls == 41);
  CHECK(swept.reached.months == std::vector<std::string>{"2024-01", "2024-02"});
  check_end(archive.scene, "1140", kCalls - 41);
  CHECK(has_number(content_of_files(archive.scene.folder), "1141"));
  CHECK(eraser.sweep().erased.calls == 0);
}

TEST_CASE("archive: a sweep takes no more than its limit", "[archive]") {
  Archive archive;
  Eraser eraser(archive.scene);
  eraser.now = a_year_after(40);
  CHECK(eraser.sweep({.limit = 35}).erased.calls == 35);
  CHECK(archived_calls(archive.scene) == kCalls - 35);
  CHECK(eraser.sweep().erased.calls == 6);
}

TEST_CASE(
    "archive: what a case holds stays in its month, and a month without any due call is let be",
    "[archive]") {
  Archive archive;
  REQUIRE(retention::add_hold(archive.operators,
                              {.id = core::Uuid::make(day(0)),
                               .tenant = archive.scene.tenant,
                               .case_name = "Doe",
                               .owner = "legal",
                               .reason = "letter",
                               .numbers = {"1103"}},
                              core::system_clock().wall()));
  const auto before = archives(archive.operators);
  Eraser eraser(archive.scene);
  eraser.now = a_year_after(3);
  CHECK(eraser.sweep().erased.calls == 3);
  CHECK(has_number(content_of_files(archive.scene.folder), "1103"));
  for (const Archived& one : before)
    if (one.month != "2024-01") CHECK(std::filesystem::exists(archive.scene.folder / one.file));
  // What is held is found due every night, and the month stays as it is.
  const auto held = archives(archive.operators);
  CHECK(eraser.sweep().reached.months.empty());
  CHECK(archives(archive.operators).size() == held.size());
}

TEST_CASE("archive: a call waits for its recording, whose time its archived call tells",
          "[archive]") {
  Archive archive;
  archive.set(Kind::recording, Level::tenant, Days(30));
  archive.set(Kind::recording, Level::agent, Days(400));
  const core::RecordingId recording = archive.record(2);
  Eraser eraser(archive.scene);
  eraser.now = a_year_after(5);
  // By the tenant's policy it is long over; the caller's keeps it.
  CHECK(eraser.sweep().erased.recordings == 0);
  CHECK(archive.has(recording));
  CHECK(archived_calls(archive.scene) == kCalls - 5);
  CHECK(has_number(content_of_files(archive.scene.folder), "1102"));
  eraser.now = day(2) + Days(401);
  const retention::Erased both = eraser.sweep().erased;
  CHECK(both.recordings == 1);
  CHECK(both.calls == 34);
  CHECK_FALSE(archive.has(recording));
}

TEST_CASE("archive: a recording whose call no file tells of is kept as long as any may want it",
          "[archive]") {
  Archive archive;
  archive.set(Kind::recording, Level::tenant, Days(30));
  archive.set(Kind::recording, Level::agent, Days(400));
  const core::RecordingId recording = archive.record(2);
  std::filesystem::remove(archive.scene.folder / "cdr_2024_01.1.csv.zst");
  Eraser eraser(archive.scene);
  eraser.now = day(2) + Days(399);
  const Swept swept = eraser.sweep();
  CHECK(swept.erased.recordings == 0);
  CHECK(months_of(swept.reached.unreached) == std::vector<std::string>{"2024-01"});
  eraser.now = day(2) + Days(401);
  CHECK(eraser.sweep().erased.recordings == 1);
  CHECK_FALSE(archive.has(recording));
}

TEST_CASE("archive: a shorter policy of the caller's is found in the file of its call",
          "[archive]") {
  Archive archive;
  archive.set(Kind::recording, Level::agent, Days(10));
  const core::RecordingId recording = archive.record(2);
  Eraser eraser(archive.scene);
  eraser.now = day(2) + Days(11);
  CHECK(eraser.sweep().erased.recordings == 1);
  CHECK_FALSE(archive.has(recording));
}

TEST_CASE("archive: where the world ends in a sweep, the next one ends everything", "[archive]") {
  Archive archive;
  int last = 0;
  const auto ends_at = [&](const std::function<void(Eraser&)>& plan) {
    last += 7;
    {
      Eraser eraser(archive.scene);
      eraser.now = a_year_after(last);
      plan(eraser);
      CHECK_THROWS_AS(eraser.sweep(), WorldEnds);
    }
    Eraser second(archive.scene);
    second.now = a_year_after(last);
    (void)second.sweep();
    check_end(archive.scene, std::to_string(1100 + last), kCalls - 1 - last);
  };
  for (const auto& plan : ends_of_the_world()) ends_at(plan);
}

TEST_CASE("archive: a sweep killed at any moment is ended by the next, and nothing else goes",
          "[archive]") {
  Archive archive;
  std::mt19937 random(12);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments each time
  const auto sweep = [&](int last) {
    Eraser eraser(archive.scene);
    eraser.now = a_year_after(last);
    (void)eraser.sweep();
  };
  const auto begun = std::chrono::steady_clock::now();
  sweep(0);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
  const int wanted = test::kills(15);
  int kills = 0;
  for (int last = 3; kills < wanted && last < kCalls - 1; ++last) {  // everybody dialled 1102
    if (test::is_killed_after(std::chrono::microseconds(moment(random)), [&] { sweep(last); }))
      ++kills;
    sweep(last);
    check_end(archive.scene, std::to_string(1100 + last), kCalls - 1 - last);
  }
  CHECK(kills > 0);
}

}  // namespace trunkline::archive
