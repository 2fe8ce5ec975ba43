// SPDX-License-Identifier: MIT
#pragma once

// The daemon's local journal: what must never be lost is in this file (SQLite, WAL,
// synchronous=FULL) before anybody is told that it happened. One thread of its own commits whatever
// has queued up as one transaction, entries and state changes together, every few milliseconds.
//
// What happens when it cannot commit (disk full, disk gone):
// - The entries stay queued, in order, and the commit is tried again (after 50 ms, doubling up to
//   2 s). Nothing is dropped, and is_healthy() is false until a commit succeeds.
// - A callback waits until its entry is committed, unless append() was given `answer_within`: then
// it
//   is called once with a fault after that time, while the entry stays queued all the same. A disk
//   that hangs inside a commit delays answers, too: they are looked at between commits.
// - When the queue is full (Options), an append is refused at once: its callback is called with a
//   fault in the caller's thread, the refusal is counted and logged, the entry is not written.
// - A journal that is closed meanwhile tries once more, logs how much it had to give up, and calls
//   the callbacks of that with a fault.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"
#include "core/uuid.h"
#include "journal/entry.h"

namespace trunkline::journal {

struct Options {
  /// What may wait for its commit: entries (an append of state changes alone counts as one), and
  /// their bytes.
  std::size_t queue_limit = 100'000;
  core::ByteCount queue_bytes{64ULL * 1024 * 1024};
  /// How long a commit waits for company, only while commits have just had more than one entry:
  /// each costs a sync of the disk, whatever it holds.
  core::Milliseconds linger{5};
  /// How long entries that nobody waits for (no callback) wait for company: a commit costs the same
  /// for one as for many. An entry with a callback, or flush(), ends the wait.
  core::Milliseconds unawaited_linger{25};
  /// Called on the journal's thread after each commit with the last number: wakes the shipper.
  std::function<void(Sequence)> on_commit = {};
};

struct Health {
  bool is_healthy = true;
  std::string error;                 ///< why the last commit failed; empty while healthy
  std::uint64_t failed_commits = 0;  ///< since open
  std::uint64_t refused = 0;         ///< appends the full queue turned away, since open
  std::size_t queued = 0;            ///< appends waiting now
};

/// Called exactly once with the entry's number, on the journal's thread (refusals: see above); must
/// not throw and not block.
using Committed = std::function<void(core::Result<Sequence>)>;

class Journal {
 public:
  /// Opens or makes the file (mode 0600) and takes it for this process. Throws core::Error: another
  /// process has it (try_again), not a journal or damaged (data, with what to do), disk (io).
  static std::unique_ptr<Journal> open(const std::filesystem::path& path, Options options = {});
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  /// Commits what is queued and ends the thread.
  ~Journal();

  /// Any thread. The entry and its state changes happen together or not at all.
  void append(Entry entry, std::vector<StateChange> changes = {}, Committed committed = {},
              core::Milliseconds answer_within = core::Milliseconds{0});
  /// State without an entry.
  void change_state(std::vector<StateChange> changes);

  /// Who writes here: a random UUID made with the file. A lost file is a new node.
  core::NodeId node() const noexcept;
  const std::filesystem::path& path() const noexcept;
  /// The last committed number; 0 while there is none.
  Sequence last() const noexcept;
  bool is_healthy() const noexcept;
  Health health() const;

  /// Waits until everything appended before is committed, at most `timeout`; whether it is.
  bool flush(core::Milliseconds timeout = core::Milliseconds{10'000});

  /// Deletes the oldest entries up to the last one that is both shipped and before `older_than`; in
  /// small steps between commits. The chain's anchor moves along, so prove() still holds.
  void prune(Sequence shipped_through, core::Time older_than);

 private:
  struct Shared;
  explicit Journal(std::unique_ptr<Shared> shared);

  std::unique_ptr<Shared> shared_;
};

}  // namespace trunkline::journal
