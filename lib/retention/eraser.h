// SPDX-License-Identifier: MIT
#pragma once

// Erases what was decided to go, a batch at a time, so that a crash anywhere costs nothing:
//
//   1. the intent, in the erasure journal    4. the rows and the audit log, one transaction
//   2. the data keys, one transaction        5. done, in the erasure journal
//   3. the objects, and their folders synced
//
// Each step can be done again. From 2 on the audio is gone, in every copy and backup, so a batch
// that got there is finished by the next run; of one that did not, each thing is decided again.

#include <functional>
#include <string_view>

#include "db/transaction.h"
#include "keystore/key_store.h"
#include "retention/erasures.h"
#include "storage/location.h"

namespace trunkline::retention {

/// A step that was passed; tests end the world there.
enum class Step : std::uint8_t { intent, keys, objects, rows, committed, done };

struct EraserParts {
  db::Connection& database;  ///< as trunkline_retention
  keystore::KeyStore* keys;  ///< nullptr where there is no key store: there never was a key
  storage::Location& recordings;
  ErasureJournal& journal;
  const core::Clock& clock;
  std::function<void(Step)> passed = {};
};

struct Erased {
  std::uint64_t recordings = 0;
  std::uint64_t calls = 0;
  std::uint64_t missing = 0;  ///< recordings whose object was gone before
  std::uint64_t failed = 0;   ///< whose object could not be removed: the next run tries again
  std::string first_fault = {};
  Erased& operator+=(const Erased& other);
};

/// The lock that keeps policies and holds as they are until the end of the transaction.
void lock_rules(db::Connection& database);

class Eraser {
 public:
  Eraser(EraserParts parts, core::Uuid run, RunKind kind)
      : parts_(std::move(parts)), run_(run), kind_(kind) {}

  /// Erases, and commits `page`, in which it was decided under lock_rules(). Throws core::Error
  /// where the database or the location is away; the batch is then begun, and resume() ends it.
  Erased erase(std::span<const Erasure> erasures, db::Transaction& page);

  /// Whether something may still go, decided again.
  using MayGo = std::function<bool(RunKind, const Erasure&)>;
  /// Ends what an earlier run began. What nothing was done to, and may not go any more, stays.
  /// `decide_anew` is called once a batch, under lock_rules().
  Erased resume(const std::function<MayGo()>& decide_anew);

  /// Erases again all that the journal names, which a restore may have brought back.
  Erased reapply();
  /// These of them, in one transaction.
  Erased reapply(std::span<const Erasure> erasures);

 private:
  struct Objects {
    std::vector<core::Uuid> left;
    std::uint64_t missing = 0;
    std::optional<core::Fault> fault;
    bool is_away = false;
  };
  bool is_begun(const Erasure& erasure) const;
  std::uint64_t remove_keys(std::span<const Erasure> erasures);
  Objects remove_objects(std::span<const Erasure> erasures);
  void erase_rows(std::span<const Erasure> erasures, const core::Uuid& run, Erased& erased);
  Erased carry_out(std::int64_t batch, const core::Uuid& run, std::vector<Erasure> erasures,
                   db::Transaction& page);
  void pass(Step step) const {
    if (parts_.passed) parts_.passed(step);
  }

  EraserParts parts_;
  core::Uuid run_;
  RunKind kind_;
};

}  // namespace trunkline::retention
