// SPDX-License-Identifier: MIT
#pragma once

// A sweep: erases what the planner calls due. First a look at everything, which says how much would
// go and why what is beyond its time stays; then, page by page, decided again under the lock that
// holds and policies wait for, so that what they protect once they are there does not go.

#include <map>

#include "retention/eraser.h"
#include "retention/guard.h"

namespace trunkline::retention {

/// What a sweep at this moment would do and would not.
struct Survey {
  struct Withheld {
    Kind kind = Kind::recording;
    Fate fate = Fate::held;
    std::string reason;
    Total total = {};
  };
  std::vector<Withheld> withheld = {};
  /// What cases held beyond its time and hold no more: by case.
  std::map<std::string, Total> released = {};
  std::vector<SweepFacts::Share> shares = {};
  std::int64_t due_bytes = 0;
  /// The recordings that are due, oldest first, and the rules by which they are. Of very many only
  /// the first are remembered.
  std::vector<Erasure> recordings = {};
  Rules rules = {};

  std::uint64_t due(Kind kind) const;
  bool remembers_all() const { return recordings.size() == due(Kind::recording); }
  std::uint64_t withheld_count() const;
};
Survey survey(db::Connection& connection, const Planner& planner, core::Time now,
              Elsewhere& elsewhere);

/// What the clock guard looks at.
SweepFacts facts_of(db::Connection& connection, const Survey& survey, core::Time now,
                    const std::optional<core::Time>& last_sweep);

struct SweepOptions {
  Days fallback{90};        ///< retention.default_days
  std::uint64_t limit = 0;  ///< of things to erase; 0: all
  std::size_t page = 2'000;
};
/// Recordings first, then calls, which never go before their recordings. What `seen` found due goes
/// for as long as the rules are still those it was found by: what is over does not begin again.
/// Calls that are elsewhere stay. Faults as Eraser::erase().
Erased sweep(const EraserParts& parts, const core::Uuid& run, core::Time now,
             const SweepOptions& options, const Survey& seen, Elsewhere& elsewhere);
/// Of these calls, which are in the database, those that are due.
Erased sweep_calls(const EraserParts& parts, const core::Uuid& run, core::Time now,
                   const SweepOptions& options, std::span<const Erasure> calls);
/// What goes of these by this planner, and why. Pure.
std::vector<Erasure> due_of(std::span<const Item> items, const Planner& planner, core::Time now);
/// Ends what an earlier run began; see Eraser::resume().
Erased resume(const EraserParts& parts, core::Time now, Days fallback, Elsewhere& elsewhere);

/// What policy or setting a decision names: "policy 'gdpr'", "retention.default_days".
std::string why(const Decision& decision);

}  // namespace trunkline::retention
