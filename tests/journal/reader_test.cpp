// SPDX-License-Identifier: MIT
#include "journal/reader.h"

#include <catch2/catch.hpp>

#include "journal/journal.h"
#include "journal/samples.h"
#include "localdb/database.h"
#include "support/temporary_directory.h"

namespace trunkline::journal {
namespace {

struct WrittenJournal {
  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "journal.db";

  // 1 call.started, 2 call.ringing of one call; 3 call.started of another; 4 media.ended of the
  // first; 5 registration.bound of no call.
  WrittenJournal() {
    const auto journal = Journal::open(path);
    journal->append(sample(1, "call.started"));
    journal->append(sample(2, "call.ringing"));
    Entry other = sample(3, "call.started");
    other.call = core::CallRef(uuid_of(0xcc));
    journal->append(other);
    journal->append(sample(4, "media.ended"));
    Entry registration = sample(5, "registration.bound");
    registration.call = core::CallRef();
    registration.tenant = core::TenantId();
    journal->append(registration);
    REQUIRE(journal->flush());
  }
  void tamper(std::string_view sql) const { localdb::Database::open(path).execute(sql); }
};

std::vector<std::uint64_t> numbers_of(const std::vector<StoredEntry>& entries) {
  std::vector<std::uint64_t> numbers;
  for (const StoredEntry& entry : entries) numbers.push_back(entry.sequence.value());
  return numbers;
}
using Numbers = std::vector<std::uint64_t>;

TEST_CASE("reader: finds entries by number, by call and by age", "[journal]") {
  const WrittenJournal written;
  const JournalReader reader(written.path);
  CHECK(reader.last() == Sequence(5));
  CHECK_FALSE(reader.node().is_nil());
  CHECK(numbers_of(reader.entries_after(Sequence(0), 100)) == Numbers{1, 2, 3, 4, 5});
  CHECK(numbers_of(reader.entries_after(Sequence(2), 2)) == Numbers{3, 4});
  CHECK(reader.entries_after(Sequence(5), 100).empty());
  CHECK(numbers_of(reader.recent(2)) == Numbers{5, 4});
  CHECK(numbers_of(reader.entries_of(kCall)) == Numbers{1, 2, 4});
  CHECK(reader.entries_of(core::CallRef(uuid_of(0xdd))).empty());
  CHECK(reader.entries_after(Sequence(4), 1).at(0).entry.call.is_nil());
}

TEST_CASE("reader: finds a call's newest entry of a family", "[journal]") {
  const WrittenJournal written;
  const JournalReader reader(written.path);
  CHECK(reader.last_of(kCall, "call.").value().sequence == Sequence(2));
  CHECK(reader.last_of(kCall, "").value().sequence == Sequence(4));
  CHECK_FALSE(reader.last_of(kCall, "recording.").has_value());
  CHECK_FALSE(reader.last_of(kCall, "%").has_value());  // no pattern
}

TEST_CASE("reader: reads beside a writer", "[journal]") {
  const WrittenJournal written;
  const JournalReader reader(written.path);
  const auto journal = Journal::open(written.path);
  journal->append(sample(6));
  REQUIRE(journal->flush());
  CHECK(reader.last() == Sequence(6));
}

TEST_CASE("reader: proves an untouched journal and finds what was touched", "[journal]") {
  const WrittenJournal written;
  const auto message = [&] {
    const auto proof = JournalReader(written.path).prove();
    return proof ? std::string("fine") : proof.error().message;
  };
  CHECK(message() == "fine");

  SECTION("a body") {
    written.tamper("update entry set body = '{}' where seq = 3");
    CHECK(message() == "entry 3 was changed after it was written");
  }
  SECTION("a time") {
    written.tamper("update entry set at = at + 1 where seq = 5");
    CHECK(message() == "entry 5 was changed after it was written");
  }
  SECTION("an entry is gone") {
    written.tamper("delete from entry where seq = 2");
    CHECK(message() == "entry 2 is missing from the journal");
  }
  SECTION("the oldest is gone") {
    written.tamper("delete from entry where seq = 1");
    CHECK(message() == "entry 1 is missing from the journal");
  }
  SECTION("two changed places") {
    written.tamper(
        "update entry set seq = -seq; update entry set seq = case seq when -2 then 3 "
        "when -3 then 2 else -seq end");
    CHECK(message() == "entry 2 was changed after it was written");
  }
  SECTION("the whole beginning is another node's") {
    written.tamper("update node set anchor_hash = zeroblob(32)");
    CHECK(message() == "the journal's first link was changed after it was written");
  }
  SECTION("the newest is gone: only its last hash, kept elsewhere, can tell") {
    const auto before = JournalReader(written.path).prove().value();
    written.tamper("delete from entry where seq = 5");
    const auto after = JournalReader(written.path).prove().value();
    CHECK(after.last == Sequence(4));
    CHECK(after.last_hash != before.last_hash);
  }
}

TEST_CASE("reader: a journal that is not there is a clear error", "[journal]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  try {
    const JournalReader reader(path);
    FAIL("it opened");
  } catch (const core::Error& error) {
    CHECK(error.fault() ==
          core::Fault{core::ExitCode::no_input,
                      "cannot open " + path.native() +
                          ": unable to open database file (No such file or directory)",
                      "the daemon makes it when it starts"});
  }
}

}  // namespace
}  // namespace trunkline::journal
