// SPDX-License-Identifier: MIT
#pragma once

// A process that erases in the archives of a scene, and what has to be true of them afterwards.

#include <map>
#include <set>

#include "archive/compressed_file.h"
#include "archive/erasing.h"
#include "archive/held.h"
#include "archive/items.h"
#include "archive/scene.h"
#include "archive/sweep.h"
#include "archive/tidy.h"
#include "retention/runs.h"
#include "storage/file.h"

namespace trunkline::archive {

/// What a process that erases has, and does as the verbs of `retention`.
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
    return retention::Eraser(parts(), run, retention::RunKind::request).erase(erasures, page);
  }
  void end_what_was_begun() {
    (void)tidy(database, folder, now);
    std::vector<retention::Erasure> begun;
    for (const auto& batch : journal.begun())
      begun.insert(begun.end(), batch.erasures.begin(), batch.erasures.end());
    CHECK(reopen_for(database, folder, begun).empty());
    Items items(database, folder);
    (void)retention::resume(parts(), now, retention::Days(90), items);
    (void)close(database, folder, now);
  }
  HeldInArchives held(const std::string& number) {
    const retention::Planner planner(retention::load_rules(database, retention::Days(90)));
    return held_in_archives(database, folder, planner, number, std::nullopt, now);
  }
  Reached erase(const std::string& number) {
    end_what_was_begun();
    const auto run = core::Uuid::make(now);
    retention::begin_run(database, run, retention::RunKind::request, now);
    std::vector<retention::Erasure> calls;
    for (const retention::Held& one : held(number).held)
      calls.push_back(
          {.kind = retention::Kind::call,
           .id = one.item.id,
           .sides = fate == retention::CallsFate::erase ? retention::Sides::all : one.sides});
    Reached reached = erase_in_archives(
        database, folder, calls, now, [&](const auto&) { (void)erase_held(run, number); }, passed);
    (void)erase_held(run, number);
    (void)close(database, folder, now);
    return reached;
  }
  /// As `retention sweep`.
  Swept sweep(const retention::SweepOptions& options = {}) {
    end_what_was_begun();
    const auto run = core::Uuid::make(now);
    retention::begin_run(database, run, retention::RunKind::sweep, now);
    Items items(database, folder);
    const retention::Planner planner(retention::load_rules(database, options.fallback));
    const retention::Survey seen = retention::survey(database, planner, now, items);
    const retention::Erased there = retention::sweep(parts(), run, now, options, seen, items);
    Swept swept = archive::sweep(parts(), run, folder, now, options, passed);
    swept.erased += there;
    (void)close(database, folder, now);
    return swept;
  }
  Reached reapply() {
    end_what_was_begun();
    const auto run = core::Uuid::make(now);
    retention::Eraser eraser(parts(), run, retention::RunKind::reapply);
    return erase_in_archives(
        database, folder, journal.calls_done(), now,
        [&](std::span<const retention::Erasure> calls) { (void)eraser.reapply(calls); });
  }

  core::Time now = core::system_clock().wall();
  std::filesystem::path folder;
  std::filesystem::path recordings_folder;
  retention::ErasureJournal journal;
  db::Connection database;
  std::unique_ptr<storage::Location> location;
  retention::CallsFate fate = retention::CallsFate::mask;
  std::function<void(retention::Step)> step;
  std::function<void(Passed)> passed;
};

inline std::string content_of_files(const std::filesystem::path& folder) {
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

inline bool has_number(const std::string& content, const std::string& number) {
  return content.find("," + number + ",") != std::string::npos ||
         content.find("\"\"" + number + "\"\"") != std::string::npos;
}

/// Everything is archived, once, and nothing is lost, and nothing is left of the number.
inline void check_end(const Scene& scene, const std::string& number, std::int64_t calls = kCalls,
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

/// Each has the world end for an eraser at another step.
inline std::vector<std::function<void(Eraser&)>> ends_of_the_world() {
  std::vector<std::function<void(Eraser&)>> ends;
  for (const Passed at : {Passed::reopened, Passed::erased, Passed::closed})
    ends.emplace_back([at](Eraser& eraser) {
      eraser.passed = [at](Passed step) {
        if (step == at) throw WorldEnds();
      };
    });
  using retention::Step;
  for (const Step at :
       {Step::intent, Step::keys, Step::objects, Step::rows, Step::committed, Step::done})
    ends.emplace_back([at](Eraser& eraser) {
      eraser.step = [at](Step step) {
        if (step == at) throw WorldEnds();
      };
    });
  return ends;
}

}  // namespace trunkline::archive
