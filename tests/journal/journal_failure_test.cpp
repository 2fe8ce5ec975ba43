// SPDX-License-Identifier: MIT

// The journal on a disk that takes no more. The limit on file sizes stands in for the full disk: it
// fails the same writes, in this process only.

#include <sys/resource.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <future>
#include <thread>

#include "core/locked.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/samples.h"
#include "support/temporary_directory.h"

namespace trunkline::journal {
namespace {

class FullDisk {
 public:
  FullDisk() : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = 4096;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { make_room(); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  void make_room() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  void (*old_handler_)(int);
  rlimit old_{};
};

struct FailingJournal {
  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "journal.db";
  std::unique_ptr<Journal> journal;

  explicit FailingJournal(Options options = {}) : journal(Journal::open(path, std::move(options))) {
    // Something is there already when the disk fills.
    journal->append(sample(1));
    REQUIRE(journal->flush());
  }
  bool turns_unhealthy() const {
    for (int i = 0; i < 1000 && journal->is_healthy(); ++i)
      std::this_thread::sleep_for(core::Milliseconds(5));
    return !journal->is_healthy();
  }
};

TEST_CASE("journal: nothing is lost while its disk is full, and the order stays", "[journal]") {
  FailingJournal failing;
  FullDisk disk;
  core::Locked<std::vector<std::uint64_t>> numbers;
  for (std::uint64_t n = 2; n <= 50; ++n)
    failing.journal->append(
        sample(n), {{"last", "n", std::to_string(n)}}, [&](core::Result<Sequence> number) {
          numbers.with([&](auto& list) { list.push_back(number ? number->value() : 0); });
        });
  REQUIRE(failing.turns_unhealthy());
  CHECK_FALSE(failing.journal->flush(core::Milliseconds(10)));
  const Health health = failing.journal->health();
  CHECK(health.queued == 49);
  CHECK(health.failed_commits >= 1);
  CHECK_FALSE(health.error.empty());
  CHECK(failing.journal->last() == Sequence(1));
  CHECK(numbers.with([](auto& list) { return list.empty(); }));

  disk.make_room();
  REQUIRE(failing.journal->flush());
  CHECK(failing.journal->is_healthy());
  CHECK(failing.journal->health().error.empty());
  CHECK(failing.journal->health().queued == 0);
  numbers.with([](auto& list) {
    REQUIRE(list.size() == 49);
    for (std::uint64_t n = 2; n <= 50; ++n) CHECK(list[n - 2] == n);
  });
  const JournalReader reader(failing.path);
  CHECK(reader.prove().value().last == Sequence(50));
  CHECK(reader.entries_after(Sequence(1), 100)[7].entry == sample(9));
  CHECK(reader.state("last").at(0).second == "50");
}

TEST_CASE("journal: who asked for an answer in time gets one, and the entry is kept", "[journal]") {
  FailingJournal failing;
  FullDisk disk;
  std::promise<core::Result<Sequence>> patient;
  std::promise<core::Result<Sequence>> impatient;
  failing.journal->append(sample(2), {},
                          [&](core::Result<Sequence> number) { patient.set_value(number); });
  failing.journal->append(
      sample(3), {}, [&](core::Result<Sequence> number) { impatient.set_value(number); },
      core::Milliseconds(20));
  const core::Result<Sequence> answer = impatient.get_future().get();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == core::ExitCode::io);
  CHECK(answer.error().hint == "make room on the disk of " + failing.path.native());
  auto waiting = patient.get_future();
  CHECK(waiting.wait_for(core::Milliseconds(0)) == std::future_status::timeout);

  disk.make_room();
  CHECK(waiting.get().value() == Sequence(2));
  REQUIRE(failing.journal->flush());
  CHECK(JournalReader(failing.path).prove().value().last == Sequence(3));
}

TEST_CASE("journal: an impatient entry that comes later does not wait for the next attempt",
          "[journal]") {
  FailingJournal failing;
  FullDisk disk;
  failing.journal->append(sample(2));
  REQUIRE(failing.turns_unhealthy());
  // By now the pause between attempts has grown beyond what is asked for.
  std::this_thread::sleep_for(core::Milliseconds(400));
  std::promise<void> answered;
  const auto before = std::chrono::steady_clock::now();
  failing.journal->append(
      sample(3), {}, [&](core::Result<Sequence>) { answered.set_value(); }, core::Milliseconds(1));
  answered.get_future().get();
  CHECK(std::chrono::steady_clock::now() - before < core::Milliseconds(300));
}

TEST_CASE("journal: a full queue refuses at once", "[journal]") {
  FailingJournal failing(
      GENERATE(Options{.queue_limit = 3}, Options{.queue_bytes = core::ByteCount(2000)}));
  FullDisk disk;
  const std::string large(700, ' ');
  std::atomic<int> committed{0};
  std::atomic<int> refused{0};
  std::thread::id refused_in;
  for (std::uint64_t n = 2; n <= 10; ++n) {
    Entry entry = sample(n);
    entry.body += large;
    failing.journal->append(std::move(entry), {}, [&](core::Result<Sequence> number) {
      if (number) {
        ++committed;
        return;
      }
      CHECK(number.error().code == core::ExitCode::try_again);
      refused_in = std::this_thread::get_id();
      ++refused;
    });
  }
  CHECK(refused >= 6);
  CHECK(refused_in == std::this_thread::get_id());
  CHECK(failing.journal->health().refused == static_cast<std::uint64_t>(refused));
  disk.make_room();
  REQUIRE(failing.journal->flush());
  CHECK(committed + refused == 9);
  CHECK(JournalReader(failing.path).prove().value().last ==
        Sequence(1 + static_cast<std::uint64_t>(committed)));
  // There is room again.
  failing.journal->append(sample(11));
  REQUIRE(failing.journal->flush());
}

TEST_CASE("journal: one that closes on a full disk tells who still waits", "[journal]") {
  FailingJournal failing;
  FullDisk disk;
  std::promise<core::Result<Sequence>> answer;
  failing.journal->append(sample(2), {},
                          [&](core::Result<Sequence> number) { answer.set_value(number); });
  REQUIRE(failing.turns_unhealthy());
  failing.journal.reset();
  const auto answered = answer.get_future().get();
  REQUIRE_FALSE(answered.has_value());
  CHECK(answered.error().message.starts_with("the journal closed before it could commit: "));
  disk.make_room();
  CHECK(Journal::open(failing.path)->last() == Sequence(1));
}

TEST_CASE("journal: a wish to prune does not keep a failing one busy", "[journal]") {
  FailingJournal failing;
  FullDisk disk;
  failing.journal->append(sample(2));
  REQUIRE(failing.turns_unhealthy());
  const auto cpu_time = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) +
           std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
  };
  const auto before = cpu_time();
  failing.journal->prune(Sequence(1), kStart + std::chrono::hours(1));
  std::this_thread::sleep_for(core::Milliseconds(300));
  CHECK(cpu_time() - before < core::Milliseconds(150));
}

}  // namespace
}  // namespace trunkline::journal
