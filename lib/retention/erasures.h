// SPDX-License-Identifier: MIT
#pragma once

// The erasure journal: what was erased, and what is being erased, in a local file beside the
// database (erasures.db, SQLite, every commit on disk). Two things rest on it:
//  - the intent to erase is here before the first step, so that a crash at any point is finished by
//    the next run, and nothing is left half-erased;
//  - what was erased is here after the last step, outside of what backups hold, so that it can be
//    erased again after a restore of the database, the key store or the recordings.
// It holds ids, paths and reasons, no numbers or names of people: schemas/erasure/README.md.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "os/fd.h"
#include "retention/rules.h"
#include "storage/cold.h"

namespace trunkline::retention {

/// Of a call: its whole row, or the names and numbers of parties.
enum class Sides : std::uint8_t { all, caller, called, both };
std::string_view name_of(Sides sides);
/// What two erasures of a call take together.
Sides together(Sides left, Sides right);

/// One thing that goes.
struct Erasure {
  Kind kind = Kind::recording;
  core::Uuid id = {};
  core::TenantId tenant = {};
  Sides sides = Sides::all;
  std::string path = {};  ///< of its object; empty: none
  std::string why = {};   ///< the policy or request
  bool operator==(const Erasure&) const = default;
};

enum class RunKind : std::uint8_t { sweep, request, reapply };
std::string_view name_of(RunKind kind);

class ErasureJournal {
 public:
  /// Opens or makes the file in `folder`, which is made, too (mode 0700), and takes the folder's
  /// lock: one run at a time. A fault of code try_again while another has it. Throws
  /// localdb::Failure.
  [[nodiscard]] static core::Result<ErasureJournal> open(const std::filesystem::path& folder);
  ErasureJournal(ErasureJournal&&) noexcept;
  ErasureJournal& operator=(ErasureJournal&&) noexcept;
  ~ErasureJournal();

  struct Batch {
    std::int64_t number = 0;
    core::Uuid run = {};
    RunKind kind = RunKind::sweep;
    std::vector<Erasure> erasures = {};
  };
  /// The intent, on disk when it returns.
  std::int64_t begin(const core::Uuid& run, RunKind kind, std::span<const Erasure> erasures,
                     core::Time now);
  /// Done, on disk when it returns, but for the ids `left`: those stay begun.
  void complete(std::int64_t batch, core::Time now, std::span<const core::Uuid> left = {});
  /// They stay after all: nothing was done to them yet.
  void withdraw(std::int64_t batch, std::span<const core::Uuid> ids);
  /// Batches that were begun and not completed, oldest first.
  std::vector<Batch> begun();

  /// Erasures that are done, by their number, behind `after`; `after` becomes the last one's.
  std::vector<Erasure> done(std::int64_t& after, std::size_t limit);
  std::uint64_t count_done();
  /// Those of calls, all of them.
  std::vector<Erasure> calls_done();
  /// Forgets what was done before: no backup of that time is left. How many those were.
  std::uint64_t forget(core::Time before);

  /// When the last sweep that came to its end began.
  std::optional<core::Time> last_sweep();
  void note_sweep(core::Time began);
  /// The last run that the database was told of: one that lacks it was restored.
  std::optional<core::Uuid> last_run();
  void note_run(const core::Uuid& run);
  /// The identity of that tier of the recordings' location as it was last seen
  /// (storage/identity.h).
  std::optional<core::Uuid> location(storage::Tier tier);
  void note_location(storage::Tier tier, const core::Uuid& id);

  const std::filesystem::path& path() const noexcept;

 private:
  struct State;
  explicit ErasureJournal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// What a look at the journal tells without its lock, while a run may be under way; nothing where
/// there is none yet.
struct JournalState {
  std::optional<core::Time> last_sweep = {};
  std::uint64_t done = 0;
  std::uint64_t begun = 0;
};
[[nodiscard]] core::Result<std::optional<JournalState>> look_at_journal(
    const std::filesystem::path& folder);

}  // namespace trunkline::retention
