// SPDX-License-Identifier: MIT
#include "archive/erasing.h"

#include <random>

#include "archive/eraser.h"
#include "support/killed.h"
#include "support/kills.h"

namespace trunkline::archive {

using retention::CallsFate;
using retention::Sides;

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
  CHECK(before.held[0].item.month == "2024-02");
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
  for (const auto& plan : ends_of_the_world()) ends_at(plan);
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
