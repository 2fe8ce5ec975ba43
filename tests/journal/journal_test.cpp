// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <thread>

#include "core/locked.h"
#include "journal/reader.h"
#include "journal/samples.h"
#include "localdb/database.h"
#include "support/temporary_directory.h"

namespace trunkline::journal {
namespace {

using test::TemporaryDirectory;

core::Error error_of(const std::filesystem::path& path) {
  try {
    (void)Journal::open(path);
  } catch (const core::Error& error) {
    return error;
  }
  FAIL("it opened");
  throw 0;
}

TEST_CASE("journal: entries get numbers without a gap, in the order they came", "[journal]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  const auto journal = Journal::open(path);
  CHECK(journal->last() == Sequence(0));
  CHECK(journal->is_healthy());
  core::Locked<std::vector<std::uint64_t>> numbers;
  for (std::uint64_t n = 1; n <= 100; ++n)
    journal->append(sample(n), {}, [&](core::Result<Sequence> number) {
      numbers.with([&](auto& list) { list.push_back(number.value().value()); });
    });
  REQUIRE(journal->flush());
  CHECK(journal->last() == Sequence(100));
  numbers.with([](auto& list) {
    REQUIRE(list.size() == 100);
    for (std::uint64_t n = 1; n <= 100; ++n) CHECK(list[n - 1] == n);
  });

  const JournalReader reader(path);
  const auto entries = reader.entries_after(Sequence(0), 1000);
  REQUIRE(entries.size() == 100);
  for (std::uint64_t n = 1; n <= 100; ++n) {
    CHECK(entries[n - 1].sequence == Sequence(n));
    CHECK(entries[n - 1].entry == sample(n));
  }
  CHECK(reader.prove().value().last_hash == entries.back().hash);
}

TEST_CASE("journal: an answered entry is in the file already", "[journal]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  const auto journal = Journal::open(path);
  const JournalReader reader(path);
  std::promise<std::size_t> found;
  journal->append(sample(1), {}, [&](core::Result<Sequence>) {
    found.set_value(reader.entries_after(Sequence(0), 10).size());
  });
  CHECK(found.get_future().get() == 1);
}

TEST_CASE("journal: a closed one goes on where it was", "[journal]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  core::NodeId node;
  {
    const auto journal = Journal::open(path);
    node = journal->node();
    CHECK_FALSE(node.is_nil());
    journal->append(sample(1));
    journal->append(sample(2));
  }  // closing commits what is queued
  const auto journal = Journal::open(path);
  CHECK(journal->node() == node);
  CHECK(journal->last() == Sequence(2));
  journal->append(sample(3));
  REQUIRE(journal->flush());
  const auto proof = JournalReader(path).prove();
  REQUIRE(proof.has_value());
  CHECK(proof->first == Sequence(1));
  CHECK(proof->last == Sequence(3));
}

TEST_CASE("journal: another file is another node", "[journal]") {
  const TemporaryDirectory directory;
  CHECK(Journal::open(directory.path() / "a.db")->node() !=
        Journal::open(directory.path() / "b.db")->node());
}

TEST_CASE("journal: state changes with its entry, the last change counts", "[journal]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  const auto journal = Journal::open(path);
  journal->append(sample(1), {{"binding", "101", "first"}, {"dialog", "d1", "open"}});
  journal->append(sample(2), {{"binding", "101", "second"}, {"binding", "102", ""}});
  journal->change_state({{"dialog", "d1", std::nullopt}, {"dialog", "never there", std::nullopt}});
  REQUIRE(journal->flush());
  const JournalReader reader(path);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(reader.state("binding") == Pairs{{"101", "second"}, {"102", ""}});
  CHECK(reader.state("dialog").empty());
  CHECK(journal->last() == Sequence(2));  // state alone takes no number
}

TEST_CASE("journal: threads append at once, and many entries share a commit", "[journal]") {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 500;
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> answers{0};
  {
    const auto journal = Journal::open(path, {.on_commit = [&](Sequence) { ++commits; }});
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (std::uint64_t n = 1; n <= kEach; ++n)
          journal->append(sample(n), {}, [&](core::Result<Sequence> number) {
            if (number) ++answers;
          });
      });
    for (std::thread& thread : threads) thread.join();
    REQUIRE(journal->flush());
  }
  CHECK(answers == kThreads * kEach);
  CHECK(commits < kThreads * kEach / 2);
  const auto proof = JournalReader(path).prove();
  REQUIRE(proof.has_value());
  CHECK(proof->last == Sequence(kThreads * kEach));
}

TEST_CASE("journal: it has one writer", "[journal]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  auto journal = Journal::open(path);
  CHECK(error_of(path).fault() ==
        core::Fault{core::ExitCode::try_again,
                    "cannot open journal " + path.native() + ": another process has it",
                    "is the daemon running already?"});
  journal.reset();
  CHECK_NOTHROW(Journal::open(path));
}

TEST_CASE("journal: what cannot be opened says why", "[journal]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  SECTION("no folder") {
    const core::Error error = error_of(directory.path() / "missing" / "journal.db");
    CHECK(error.fault().code == core::ExitCode::no_input);
    CHECK(error.fault().hint == "is the folder there, and writable for this user?");
  }
  SECTION("damaged") {
    std::ofstream(path) << std::string(10'000, 'x');
    const core::Error error = error_of(path);
    CHECK(error.fault().code == core::ExitCode::data);
    CHECK(error.fault().message == "cannot use " + path.native() + ": file is not a database");
  }
  SECTION("another program's database") {
    localdb::Database::open(path).execute("create table thing(name text)");
    const core::Error error = error_of(path);
    CHECK(error.fault().code == core::ExitCode::data);
    CHECK(error.fault().message == "'" + path.native() + "' is not a journal");
  }
}

TEST_CASE("journal: pruning takes what is shipped and old, from the oldest on", "[journal]") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  auto journal = Journal::open(path);
  constexpr std::uint64_t kEntries = 1200;  // three steps
  for (std::uint64_t n = 1; n <= kEntries; ++n) journal->append(sample(n));
  REQUIRE(journal->flush());
  const auto pruned_to = [&](std::uint64_t first) {
    const JournalReader reader(path);
    for (int i = 0; i < 2000; ++i) {
      const auto proof = reader.prove();
      REQUIRE(proof.has_value());  // holds at each moment of it
      if (proof->first == Sequence(first)) return true;
      std::this_thread::sleep_for(core::Milliseconds(5));
    }
    return false;
  };
  const core::Time late = kStart + std::chrono::hours(24);

  SECTION("not what is not shipped") {
    journal->prune(Sequence(700), late);
    CHECK(pruned_to(701));
  }
  SECTION("not what is young") {
    journal->prune(Sequence(kEntries), sample(1000).at);
    CHECK(pruned_to(1000));
  }
  SECTION("all of it, and the numbers go on") {
    journal->prune(Sequence(kEntries + 100), late);
    CHECK(pruned_to(0));
    journal.reset();
    journal = Journal::open(path);
    CHECK(journal->last() == Sequence(kEntries));
    journal->append(sample(kEntries + 1));
    REQUIRE(journal->flush());
    CHECK(pruned_to(kEntries + 1));
  }
}

}  // namespace
}  // namespace trunkline::journal
