// SPDX-License-Identifier: MIT
#include "retention/erasures.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "retention/moment.h"
#include "support/temporary_directory.h"

namespace trunkline::retention {
namespace {

std::vector<Erasure> some(std::size_t count) {
  std::vector<Erasure> erasures;
  for (std::size_t i = 0; i < count; ++i)
    erasures.push_back({.kind = i % 2 == 0 ? Kind::recording : Kind::call,
                        .id = core::Uuid::make(kNow),
                        .tenant = core::TenantId::make(kNow),
                        .sides = i % 2 == 0 ? Sides::all : Sides::caller,
                        .path = i % 2 == 0 ? "2026/11/21/recording.wav.enc" : "",
                        .why = "policy 'short'"});
  return erasures;
}

std::vector<Erasure> all_done(ErasureJournal& journal) {
  std::int64_t after = 0;
  std::vector<Erasure> all;
  for (;;) {
    const auto page = journal.done(after, 2);
    if (page.empty()) return all;
    all.insert(all.end(), page.begin(), page.end());
  }
}

}  // namespace

TEST_CASE("an intent is there until it is done, and then for good", "[retention]") {
  const test::TemporaryDirectory directory;
  const auto folder = directory.path() / "retention";
  const core::Uuid run = core::Uuid::make(kNow);
  const std::vector<Erasure> erasures = some(5);
  std::int64_t number = 0;
  {
    auto journal = ErasureJournal::open(folder).value();
    CHECK(journal.begun().empty());
    number = journal.begin(run, RunKind::request, erasures, kNow);
  }
  struct stat status {};
  REQUIRE(::stat((folder / "erasures.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  auto journal = ErasureJournal::open(folder).value();
  const auto begun = journal.begun();
  REQUIRE(begun.size() == 1);
  CHECK(begun[0].number == number);
  CHECK(begun[0].run == run);
  CHECK(begun[0].kind == RunKind::request);
  CHECK(begun[0].erasures == erasures);
  CHECK(all_done(journal).empty());

  journal.complete(number, kNow);
  CHECK(journal.begun().empty());
  CHECK(all_done(journal) == erasures);
  CHECK(journal.count_done() == 5);
  const auto seen = look_at_journal(folder).value();
  REQUIRE(seen.has_value());
  CHECK(seen->done == 5);
  CHECK(seen->begun == 0);
}

TEST_CASE("what could not be erased stays begun, what may stay is withdrawn", "[retention]") {
  const test::TemporaryDirectory directory;
  auto journal = ErasureJournal::open(directory.path()).value();
  const std::vector<Erasure> erasures = some(4);
  const core::Uuid run = core::Uuid::make(kNow);
  const auto number = journal.begin(run, RunKind::sweep, erasures, kNow);
  const std::vector<core::Uuid> kept{erasures[3].id};
  journal.withdraw(number, kept);
  const std::vector<core::Uuid> left{erasures[1].id};
  journal.complete(number, kNow, left);
  CHECK(all_done(journal) == std::vector<Erasure>{erasures[0], erasures[2]});
  const auto begun = journal.begun();
  REQUIRE(begun.size() == 1);
  CHECK(begun[0].run == run);
  CHECK(begun[0].erasures == std::vector<Erasure>{erasures[1]});
  // Batches do not run into each other.
  const auto next = some(3);
  journal.complete(journal.begin(run, RunKind::sweep, next, kNow), kNow);
  journal.complete(begun[0].number, kNow);
  CHECK(journal.count_done() == 6);
  CHECK(journal.forget(kNow) == 0);
  CHECK(journal.forget(kNow + core::Seconds(1)) == 6);
  CHECK(all_done(journal).empty());
}

TEST_CASE("one run at a time has the erasure journal", "[retention]") {
  const test::TemporaryDirectory directory;
  {
    auto first = ErasureJournal::open(directory.path()).value();
    CHECK(ErasureJournal::open(directory.path()).error() ==
          core::Fault{core::ExitCode::try_again,
                      "cannot erase: another sweep, erasure or reapplication is running",
                      "try again when it is done: retention status"});
    first.note_sweep(kNow);
    const core::Uuid id = core::Uuid::make(kNow);
    first.note_location(storage::Tier::hot, id);
    first.note_run(id);
    CHECK(first.location(storage::Tier::hot) == id);
    CHECK_FALSE(first.location(storage::Tier::cold));
    CHECK(first.last_run() == id);
    // Looking needs no lock.
    CHECK(look_at_journal(directory.path()).value()->last_sweep == kNow);
  }
  CHECK(ErasureJournal::open(directory.path()).value().last_sweep() == kNow);
  const test::TemporaryDirectory empty;
  CHECK_FALSE(look_at_journal(empty.path()).value().has_value());
}

}  // namespace trunkline::retention
