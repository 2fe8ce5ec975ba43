// SPDX-License-Identifier: MIT
#include "journal/extract.h"

#include <catch2/catch.hpp>

#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/samples.h"
#include "support/temporary_directory.h"

namespace trunkline::journal {
namespace {

struct SourceJournal {
  test::TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "journal.db";
  std::unique_ptr<Journal> journal = Journal::open(file);

  explicit SourceJournal(std::uint64_t entries) {
    for (std::uint64_t n = 1; n <= entries; ++n) journal->append(sample(n));
    journal->change_state({{"binding", "alice", "somewhere"}});
    REQUIRE(journal->flush());
  }
  std::filesystem::path target(const std::string& name) const { return directory.path() / name; }
};

TEST_CASE("extract: what lies behind a number, as a journal that proves itself", "[journal]") {
  const SourceJournal source(9);
  for (const std::uint64_t after : {0U, 4U, 8U}) {
    INFO(after);
    const auto copy = source.target(std::to_string(after));
    const Extracted extracted = extract(source.file, Sequence(after), copy);
    CHECK(extracted.node == source.journal->node());
    CHECK(extracted.first == Sequence(after + 1));
    CHECK(extracted.last == Sequence(9));
    const JournalReader reader(copy);
    CHECK(reader.node() == source.journal->node());
    const auto proof = reader.prove();
    REQUIRE(proof);
    CHECK(proof->first == Sequence(after + 1));
    CHECK(proof->last_hash == JournalReader(source.file).prove()->last_hash);
    const auto entries = reader.entries_after(Sequence(0), 100);
    REQUIRE(entries.size() == 9 - after);
    CHECK(entries.back().entry == sample(9));
    CHECK(reader.state("binding").empty());
    CHECK_FALSE(std::filesystem::exists(copy.string() + "-wal"));
  }
}

TEST_CASE("extract: nothing is behind the end, and a journal that is not there is told",
          "[journal]") {
  const SourceJournal source(3);
  const Extracted extracted = extract(source.file, Sequence(3), source.target("end"));
  CHECK(extracted.first == Sequence(0));
  CHECK(extracted.last == Sequence(3));
  CHECK(JournalReader(source.target("end")).last() == Sequence(3));
  // A ledger that is ahead of its journal: nothing to add.
  CHECK(extract(source.file, Sequence(7), source.target("ahead")).first == Sequence(0));
  CHECK_THROWS_AS(extract(source.target("none"), Sequence(0), source.target("x")), core::Error);
}

TEST_CASE("extract: of a pruned journal, what is left", "[journal]") {
  const SourceJournal source(9);
  source.journal->prune(Sequence(5), kStart + std::chrono::hours(24));
  // Pruning is a step of the journal's thread.
  for (int tries = 0; tries < 100 && JournalReader(source.file).prove()->first < Sequence(6);
       ++tries)
    (void)source.journal->flush();
  const Extracted extracted = extract(source.file, Sequence(2), source.target("copy"));
  CHECK(extracted.first == Sequence(6));
  CHECK(JournalReader(source.target("copy")).prove().has_value());
}

}  // namespace
}  // namespace trunkline::journal
