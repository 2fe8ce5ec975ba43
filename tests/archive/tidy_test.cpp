// SPDX-License-Identifier: MIT
#include "archive/tidy.h"

#include <fstream>

#include "archive/calls.h"
#include "archive/compressed_file.h"
#include "archive/scene.h"
#include "db/transaction.h"

namespace trunkline::archive {
namespace {

using Names = std::vector<std::string>;

core::Time now() {
  return core::system_clock().wall();
}

Tidied tidied(const Scene& scene, const std::string& role = "trunkline_operator") {
  db::Connection connection = scene.database.open(role);
  return tidy(connection, scene.folder, now());
}

std::uint64_t calls_in_files(const Scene& scene) {
  db::Connection connection = scene.database.open();
  return for_each_archived(scene.folder, archives(connection), {.limit = 0},
                           [](const cdr::Call&) { return true; });
}

}  // namespace

TEST_CASE("tidy: what a crash left of a file that was being made goes, of this database alone",
          "[archive]") {
  const Scene scene;
  archive_all(scene, "2024-02");
  const std::filesystem::path left = scene.folder / "cdr_2024_02.1.csv.zst";
  const std::string address = scene.database.open().address();
  std::ofstream(left) << "whole, but its row was not there yet";
  std::ofstream(left.string() + ".unfinished") << "a part";
  std::ofstream(begun_mark(left)) << (address + " of another cluster");
  CHECK(tidied(scene).removed.empty());
  CHECK(std::filesystem::exists(left));
  std::ofstream(begun_mark(left)) << address;
  CHECK(tidied(scene, "trunkline_retention").removed == Names{left.filename().string()});
  CHECK(std::distance(std::filesystem::directory_iterator(scene.folder), {}) == 3);

  // Where the row is there only the mark goes.
  const std::filesystem::path whole = scene.folder / "cdr_2024_01.1.csv.zst";
  std::ofstream(begun_mark(whole)) << address;
  CHECK(tidied(scene).removed.empty());
  CHECK(std::filesystem::exists(whole));
  CHECK_FALSE(std::filesystem::exists(begun_mark(whole)));
}

TEST_CASE("tidy: a file goes when the one that took its place is there, and never before",
          "[archive]") {
  const Scene scene;
  archive_all(scene, "2024-02");
  db::Connection connection = scene.database.open();
  const Archived first = archives(connection).front();
  restore(connection, scene.folder, first);
  CHECK(tidied(scene).removed.empty());
  const std::filesystem::path kept = scene.directory.path() / "kept";
  std::filesystem::copy_file(scene.folder / first.file, kept);
  archive_all(scene, "2024-02");
  CHECK_FALSE(std::filesystem::exists(scene.folder / first.file));

  // As after a crash between the commit and the removal.
  std::filesystem::copy_file(kept, scene.folder / first.file);
  const std::filesystem::path second = scene.folder / "cdr_2024_01.2.csv.zst";
  std::filesystem::rename(second, second.string() + ".away");
  CHECK(tidied(scene).removed.empty());
  std::filesystem::rename(second.string() + ".away", second);
  CHECK(tidied(scene).removed == Names{first.file});
  CHECK_FALSE(std::filesystem::exists(scene.folder / first.file));
}

TEST_CASE("tidy: a database restored from a backup finds the file that took the place of its own",
          "[archive]") {
  const Scene scene;
  archive_all(scene);
  const auto take_back = [&](const std::string& how) {
    scene.database.open_as_superuser().run_script(how);
  };
  take_back("CREATE TABLE public.before AS SELECT * FROM trunkline.archive");
  take_back("CREATE TABLE public.nodes_before AS SELECT * FROM trunkline.archive_node");
  db::Connection connection = scene.database.open();
  // Twice, so that the newest has the place of one that its own row does not name.
  for (int i = 0; i < 2; ++i) {
    for (const Archived& one : archives(connection))
      if (one.counts() && one.month == "2024-01") restore(connection, scene.folder, one);
    archive_all(scene);
  }
  CHECK(std::filesystem::exists(scene.folder / "cdr_2024_01.3.csv.zst"));
  CHECK_FALSE(std::filesystem::exists(scene.folder / "cdr_2024_01.1.csv.zst"));

  take_back(
      "DELETE FROM trunkline.archive_node; DELETE FROM trunkline.archive;"
      "INSERT INTO trunkline.archive SELECT * FROM public.before;"
      "INSERT INTO trunkline.archive_node SELECT * FROM public.nodes_before");
  CHECK_THROWS_AS(calls_in_files(scene), core::Error);
  const Tidied found = tidied(scene, "trunkline_retention");
  CHECK(found.adopted.size() == 3);
  CHECK(found.unknown.empty());
  CHECK(calls_in_files(scene) == kCalls);
  for (const Archived& one : archives(connection))
    if (one.counts()) CHECK(verify(scene.folder, one));
  CHECK(scene.findings(scene.folder) == std::vector<std::string>{"intact 1-270"});
  CHECK(tidied(scene).adopted.empty());
}

TEST_CASE("tidy: a file that no row names is told, and never removed or written over",
          "[archive]") {
  const Scene scene;
  std::filesystem::create_directories(scene.folder);
  const std::filesystem::path strange = scene.folder / "cdr_2024_01.1.csv.zst";
  std::ofstream(strange) << "all there is of a month, perhaps";
  std::ofstream(scene.folder / "README") << "no archive";
  CHECK(tidied(scene).unknown == Names{strange.filename().string()});
  archive_all(scene, "2024-02");
  CHECK(tidied(scene).unknown == Names{strange.filename().string()});
  CHECK(std::filesystem::file_size(strange) == 32);
  db::Connection connection = scene.database.open();
  CHECK(archives(connection).front().file == "cdr_2024_01.2.csv.zst");
}

}  // namespace trunkline::archive
