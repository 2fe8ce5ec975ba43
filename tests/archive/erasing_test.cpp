// SPDX-License-Identifier: MIT
#include "archive/erasing.h"

#include <random>
#include <set>

#include "archive/compressed_file.h"
#include "archive/held.h"
#include "archive/scene.h"
#include "archive/tidy.h"
#include "retention/runs.h"
#include "retention/sweep.h"
#include "storage/file.h"
#include "support/killed.h"
#include "support/kills.h"

namespace trunkline::archive {
namespace {

using retention::CallsFate;
using retention::Erasure;
using retention::Kind;
using retention::RunKind;
using retention::Sides;

/// What a process that erases has, and does as `retention erase --apply`.
struct Eraser {
  explicit Eraser(const Scene& scene)
      : folder(scene.folder),
        recordings_folder(made(scene.directory.path() / "recordings")),
        journal(core::value_or_throw(
            retention::ErasureJournal::open(scene.directory.path() / "state"))),
        database(scene.database.open("trunkline_retention")),
        location(core::value_or_throw(storage::open_file(recordings_folder))) {}

  static std::filesystem::path made(const std::filesystem::path& path) {
    std::filesystem::create_directories(path);
    return path;
  }
  retention::EraserParts parts() {
    return {.database = database,
            .keys = nullptr,
            .recordings = *location,
            .journal = journal,
            .clock = core::system_clock(),
            .passed = step};
  }
  retention::Erased erase_held(const core::Uuid& run, const std::string& number) {
    db::Transaction page(database);
    retention::lock_rules(database);
    const retention::Planner planner(retention::load_rules(database, retention::Days(90)));
    const auto held = retention::held_about(database, planner, number, std::nullopt, now);
    const auto erasures = retention::erasures_of(held, fate, "DSR-1");
    if (erasures.empty()) return {};
    return retention::Eraser(parts(), run, RunKind::request).erase(erasures, page);
  }
  void end_what_was_begun() {
    (void)tidy(database, folder, now);
    std::vector<Erasure> begun;
    for (const auto& batch : journal.begun())
      begun.insert(begun.end(), batch.erasures.begin(), batch.erasures.end());
    CHECK(reopen_for(database, folder, begun).empty());
    (void)retention::resume(parts(), now, retention::Days(90));
    (void)close(database, folder, now);
  }
  HeldInArchives held(const std::string& number) {
    const retention::Planner planner(retention::load_rules(database, retention::Days(90)));
    return held_in_archives(database, folder, planner, number, std::nullopt, now);
  }
  Reached erase(const std::string& number) {
    end_what_was_begun();
    const auto run = core::Uuid::make(now);
    retention::begin_run(database, run, RunKind::request, now);
    std::vector<Erasure> calls;
    for (const retention::Held& one : held(number).held)
      calls.push_back({.kind = Kind::call,
                       .id = one.item.id,
                       .sides = fate == CallsFate::erase ? Sides::all : one.sides});
    Reached reached = erase_in_archives(
        database, folder, calls, now, [&](const auto&) { (void)erase_held(run, number); }, passed);
    (void)erase_held(run, number);
    (void)close(database, folder, now);
    return reached;
  }
  Reached reapply() {
    end_what_was_begun();
    const auto run = core::Uuid::make(now);
    retention::Eraser eraser(parts(), run, RunKind::reapply);
    return erase_in_archives(database, folder, journal.calls_done(), now,
                             [&](std::span<const Erasure> calls) { (void)eraser.reapply(calls); });
  }

  core::Time now = core::system_clock().wall();
  std::filesystem::path folder;
  std::filesystem::path recordings_folder;
  retention::ErasureJournal journal;
  db::Connection database;
  std::unique_ptr<storage::Location> location;
  CallsFate fate = CallsFate::mask;
  std::function<void(retention::Step)> step;
  std::function<void(Passed)> passed;
};

std::string content_of_files(const std::filesystem::path& folder) {
  std::string all;
  std::vector<char> space(std::size_t{64} * 1024);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    REQUIRE(entry.path().string().ends_with(".csv.zst"));
    CompressedReader reader = core::value_or_throw(CompressedReader::open(entry.path()));
    for (std::size_t size = reader.read(space); size > 0; size = reader.read(space))
      all.append(space.data(), size);
  }
  return all;
}

bool has_number(const std::string& content, const std::string& number) {
  return content.find("," + number + ",") != std::string::npos ||
         content.find("\"\"" + number + "\"\"") != std::string::npos;
}

/// Everything is archived, once, and nothing is lost, and nothing is left of the number.
void check_end(const Scene& scene, const std::string& number, std::int64_t calls = kCalls,
               std::int64_t entries = 3LL * kCalls) {
  db::Connection connection = scene.database.open();
  std::map<std::string, std::int64_t> rows;
  std::set<std::string> files;
  for (const Archived& one : archives(connection)) {
    if (!one.counts()) continue;
    CHECK(verify(scene.folder, one));
    rows[one.table] += one.rows;
    files.insert(one.file);
  }
  CHECK(rows["cdr"] == calls);
  CHECK(rows["media_account"] == calls);
  CHECK(rows["ledger_entry"] == entries);
  CHECK(files.size() == 9);
  CHECK(std::distance(std::filesystem::directory_iterator(scene.folder), {}) == 9);
  CHECK(reopened(connection).empty());
  CHECK_FALSE(has_number(content_of_files(scene.folder), number));
  for (const std::string& finding : scene.findings(scene.folder)) {
    INFO(finding);
    CHECK((finding.starts_with("intact") || finding.starts_with("erased")));
  }
}

struct WorldEnds {};

}  // namespace

TEST_CASE("erasing: what is left of an erased call in a row of a file", "[archive]") {
  using Row = std::map<std::string, std::string, std::less<>>;
  struct Case {
    std::string_view table;
    Sides sides;
    Row row;
    bool is_left;
  };
  const Row masked_caller{{"caller_name", "erased"},
                          {"caller_number", "erased"},
                          {"dialled", "1102"},
                          {"called_number", "+1555"}};
  const Row masked{{"caller_name", "erased"},
                   {"caller_number", "erased"},
                   {"dialled", "erased"},
                   {"called_name", "erased"},
                   {"called_number", "erased"}};
  const std::vector<Case> cases{
      {"cdr", Sides::all, masked, true},
      {"cdr", Sides::caller, masked_caller, false},
      {"cdr", Sides::caller, {{"caller_name", "erased"}, {"caller_number", "1101"}}, true},
      {"cdr", Sides::called, masked_caller, true},
      {"cdr", Sides::both, masked_caller, true},
      {"cdr", Sides::both, masked, false},
      {"cdr", Sides::caller, {}, true},
      {"media_account", Sides::all, {}, true},
      {"media_account", Sides::both, {}, false},
      {"ledger_entry", Sides::caller, {{"body", R"({"schema":"call.v1"})"}}, true},
      {"ledger_entry", Sides::all, {{"body", R"({"schema":"erased.v1","erasure":"x"})"}}, false},
      {"ledger_entry", Sides::all, {{"body", R"({"schema": "erased.v1", "erasure": "x"})"}}, false},
  };
  for (const Case& one : cases) {
    INFO(one.table << " " << name_of(one.sides) << " " << one.row.size());
    const auto text = [&](std::string_view column) -> std::string_view {
      const auto found = one.row.find(column);
      return found == one.row.end() ? std::string_view() : found->second;
    };
    CHECK(is_left(one.table, one.sides, text) == one.is_left);
  }
}

TEST_CASE("erasing: in which months rows of a call may be", "[archive]") {
  struct Case {
    const char* began;
    bool december;
    bool january;
    bool february;
  };
  const std::vector<Case> cases{
      {"2024-01-15T12:00:00Z", false, true, false},
      {"2024-01-31T23:59:59Z", false, true, true},
      {"2024-01-01T00:00:00Z", true, true, false},
      {"2024-02-01T00:00:01Z", false, true, true},
  };
  for (const Case& one : cases) {
    INFO(one.began);
    const core::Time began = core::parse_rfc3339(one.began).value();
    CHECK(may_have("2023-12", began) == one.december);
    CHECK(may_have("2024-01", began) == one.january);
    CHECK(may_have("2024-02", began) == one.february);
  }
}

TEST_CASE("erasing: the parties of an archived call are found as a search in the database does",
          "[archive]") {
  const auto call = [](const std::string& caller, const std::string& dialled) {
    return cdr::Call{.caller = {.number = caller}, .dialled = dialled};
  };
  CHECK(sides_in("+1 555 0100", call("+15550100", "199")) == Sides::caller);
  CHECK(sides_in("+15550100", call("1101", "0015550100")) == Sides::called);
  CHECK(sides_in("+15550100", call("15550100", "+15550100")) == Sides::both);
  CHECK(sides_in("+15550100", call("5550100", "199")) == std::nullopt);
  // The same number, but not as anybody would look for it.
  CHECK(sides_in("+15550100", call("+1 (555) 0100", "199")) == std::nullopt);
}

TEST_CASE("erasing: a number goes from archived months, which are archived again", "[archive]") {
  const Scene scene;
  archive_all(scene);
  Eraser eraser(scene);
  const auto before = eraser.held("1131");
  REQUIRE(before.held.size() == 1);
  CHECK(before.held[0].month == "2024-02");
  CHECK(core::text_at(before.held[0].row, "caller_number") == "1131");
  CHECK(core::number_at(before.held[0].row, "talk_ms") == 31'000);
  const Reached reached = eraser.erase("1131");
  CHECK(reached.months == std::vector<std::string>{"2024-02"});
  CHECK(reached.unreached.empty());
  check_end(scene, "1131");
  CHECK(eraser.held("1131").held.empty());
  CHECK(has_number(content_of_files(scene.folder), "1132"));
  CHECK(eraser.erase("1131").months.empty());

  // The called of all of them, in three months.
  CHECK(eraser.erase("1102").months == std::vector<std::string>{"2024-01", "2024-02", "2024-03"});
  check_end(scene, "1102");
}

TEST_CASE("erasing: a whole call goes from every month that has entries of it", "[archive]") {
  const Scene scene("+15550100");
  const bool is_half = GENERATE(false, true);
  // Its row in a file, the entry of its end in the database; or both in files.
  archive_all(scene, is_half ? "2024-02" : "2025-01");
  Eraser eraser(scene);
  eraser.fate = CallsFate::erase;
  CHECK(eraser.erase("+15550100").months == std::vector<std::string>{"2024-01"});
  archive_all(scene);
  check_end(scene, "+15550100", kCalls, 3LL * (kCalls + 1));
}

TEST_CASE("erasing: what an older backup brought back is erased again from its files",
          "[archive]") {
  const Scene scene;
  archive_all(scene);
  const std::filesystem::path old = scene.directory.path() / "old";
  std::filesystem::copy(scene.folder, old);
  scene.database.open_as_superuser().run_script(
      "CREATE TABLE public.before AS SELECT * FROM trunkline.archive;"
      "CREATE TABLE public.nodes_before AS SELECT * FROM trunkline.archive_node");
  {
    Eraser eraser(scene);
    (void)eraser.erase("1131");
    (void)eraser.erase("1102");
  }
  // The database and its files, of before.
  scene.database.open_as_superuser().run_script(
      "DELETE FROM trunkline.archive_node; DELETE FROM trunkline.archive;"
      "DELETE FROM trunkline.erased;"
      "INSERT INTO trunkline.archive SELECT * FROM public.before;"
      "INSERT INTO trunkline.archive_node SELECT * FROM public.nodes_before");
  std::filesystem::remove_all(scene.folder);
  std::filesystem::copy(old, scene.folder);
  CHECK(has_number(content_of_files(scene.folder), "1131"));
  Eraser eraser(scene);
  CHECK(eraser.reapply().months == std::vector<std::string>{"2024-01", "2024-02", "2024-03"});
  check_end(scene, "1131");
  check_end(scene, "1102");
  CHECK(eraser.reapply().months.empty());
}

TEST_CASE("erasing: a month whose file is gone is not reached, and the others are", "[archive]") {
  const Scene scene;
  archive_all(scene);
  Eraser eraser(scene);
  const std::filesystem::path file = scene.folder / "cdr_2024_02.1.csv.zst";
  std::filesystem::rename(file, scene.directory.path() / "away");
  CHECK(months_of(eraser.held("1102").unreached) == std::vector<std::string>{"2024-02"});
  const Reached reached = eraser.erase("1102");
  CHECK(months_of(reached.unreached) == std::vector<std::string>{"2024-02"});
  CHECK(reached.months == std::vector<std::string>{"2024-01", "2024-03"});
  std::filesystem::rename(scene.directory.path() / "away", file);
  CHECK(eraser.erase("1102").months == std::vector<std::string>{"2024-02"});
  check_end(scene, "1102");
}

TEST_CASE("erasing: the file of a month that an operator brought back goes, too", "[archive]") {
  const Scene scene;
  archive_all(scene);
  db::Connection connection = scene.database.open();
  for (const Archived& one : archives(connection))
    if (one.month == "2024-02") restore(connection, scene.folder, one);
  Eraser eraser(scene);
  (void)eraser.erase("1131");
  CHECK(reopen_for(eraser.database, scene.folder, eraser.journal.calls_done(),
                   Where::files_of_months_back)
            .empty());
  CHECK(close(eraser.database, scene.folder, eraser.now).size() == 2);
  CHECK_FALSE(has_number(content_of_files(scene.folder), "1131"));
  CHECK(tidy(eraser.database, scene.folder, eraser.now).removed.empty());
}

TEST_CASE("erasing: where the world ends between two steps, a second run ends everything",
          "[archive]") {
  const Scene scene;
  archive_all(scene);
  int number = 1100;
  const auto ends_at = [&](const std::function<void(Eraser&)>& plan) {
    const std::string whose = std::to_string(number += 3);
    {
      Eraser eraser(scene);
      plan(eraser);
      CHECK_THROWS_AS(eraser.erase(whose), WorldEnds);
    }
    Eraser second(scene);
    (void)second.erase(whose);
    check_end(scene, whose);
  };
  for (const Passed at : {Passed::reopened, Passed::erased, Passed::closed})
    ends_at([&](Eraser& eraser) {
      eraser.passed = [at](Passed step) {
        if (step == at) throw WorldEnds();
      };
    });
  using retention::Step;
  for (const Step at :
       {Step::intent, Step::keys, Step::objects, Step::rows, Step::committed, Step::done})
    ends_at([&](Eraser& eraser) {
      eraser.step = [at](Step step) {
        if (step == at) throw WorldEnds();
      };
    });
}

TEST_CASE("erasing: an erasure that fails leaves its months archived, and is ended by the next",
          "[archive]") {
  const Scene scene;
  archive_all(scene);
  {
    Eraser eraser(scene);
    eraser.step = [](retention::Step step) {
      if (step == retention::Step::keys)
        throw core::Error(core::ExitCode::unavailable, "the disk is away");
    };
    CHECK_THROWS_AS(eraser.erase("1131"), core::Error);
    CHECK(reopened(eraser.database).empty());
    CHECK(eraser.held("1131").held.size() == 1);
  }
  // Whatever the next run is: it ends what was begun, in archived months, too.
  Eraser second(scene);
  second.end_what_was_begun();
  check_end(scene, "1131");
}

TEST_CASE("erasing: killed at any moment, a second run ends everything and nothing is lost",
          "[archive]") {
  const Scene scene;
  archive_all(scene);
  std::mt19937 random(11);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments each time
  const auto begun = std::chrono::steady_clock::now();
  (void)Eraser(scene).erase("1100");
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
  const int wanted = test::kills(15);
  int kills = 0;
  for (int number = 1101; kills < wanted && number < 1100 + kCalls; ++number) {
    const std::string whose = std::to_string(number);
    if (test::is_killed_after(std::chrono::microseconds(moment(random)),
                              [&] { (void)Eraser(scene).erase(whose); }))
      ++kills;
    (void)Eraser(scene).erase(whose);
    check_end(scene, whose);
  }
  CHECK(kills > 0);
}

}  // namespace trunkline::archive
