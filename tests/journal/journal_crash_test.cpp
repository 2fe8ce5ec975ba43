// SPDX-License-Identifier: MIT

// kill -9 in the middle of commits: whatever was called back as committed is there afterwards, with
// its state, and the chain holds.

#include <signal.h>  // kill
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/samples.h"
#include "support/temporary_directory.h"

namespace trunkline::journal {
namespace {

// Appends until it is killed; each committed number goes into the pipe.
[[noreturn]] void run_child(const std::filesystem::path& path, int acknowledged) {
  const auto journal = Journal::open(path);
  const std::uint64_t first = journal->last().value() + 1;
  for (std::uint64_t n = first; n < first + 1'000'000; ++n) {
    journal->append(sample(n), {{"last", "n", std::to_string(n)}},
                    [acknowledged](core::Result<Sequence> number) {
                      const std::uint64_t value = number ? number->value() : 0;
                      [[maybe_unused]] const auto written =
                          ::write(acknowledged, &value, sizeof value);
                    });
    // Now one at a time, now in heaps.
    if (n % 64 == 0) journal->flush();
  }
  ::_exit(1);
}

TEST_CASE("journal: kill -9 loses nothing that was called back as committed", "[journal]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      run_child(path, ends[1]);
    }
    ::close(ends[1]);
    // The moment differs from round to round, by what was committed and by time.
    std::uint64_t value = 0;
    const std::uint64_t enough = acknowledged + 1 + static_cast<std::uint64_t>(round) * 37;
    while (acknowledged < enough && ::read(ends[0], &value, sizeof value) == sizeof value) {
      REQUIRE(value == acknowledged + 1);
      acknowledged = value;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(700 * round));
    ::kill(child, SIGKILL);
    while (::read(ends[0], &value, sizeof value) == sizeof value) acknowledged = value;
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));

    const JournalReader reader(path);
    const auto proof = reader.prove();
    REQUIRE(proof.has_value());
    CHECK(proof->first == Sequence(1));
    REQUIRE(proof->last.value() >= acknowledged);
    const auto newest = reader.recent(1).at(0);
    CHECK(newest.entry == sample(newest.sequence.value()));
    CHECK(reader.state("last").at(0).second == std::to_string(newest.sequence.value()));
    acknowledged = proof->last.value();  // the next child goes on from there
  }
}

}  // namespace
}  // namespace trunkline::journal
