// SPDX-License-Identifier: MIT
#pragma once

// What stands between a wrong clock, or a policy set by mistake, and everything that is kept: a
// sweep that looks unlike those before it asks first. Pure.

#include <string>
#include <vector>

#include "retention/items.h"

namespace trunkline::retention {

struct SweepFacts {
  core::Time now = {};                        ///< of this host's clock
  core::Time database_now = {};               ///< of the database's
  std::optional<core::Time> last_sweep = {};  ///< when the last one that came to its end began
  /// The latest that the ledger took from a daemon, by the database's clock.
  std::optional<core::Time> last_entry = {};
  struct Share {
    Kind kind = Kind::recording;
    std::uint64_t due = 0;
    std::uint64_t all = 0;
  };
  std::vector<Share> shares = {};
};

struct SweepLimits {
  std::int64_t most_percent = 20;
  /// Fewer than these are nobody's mass erasure.
  std::uint64_t least_count = 20;
  core::Seconds most_clock_difference = std::chrono::minutes(5);
  core::Seconds longest_pause = std::chrono::hours(24 * 7);
};

/// Why a sweep must not go on without somebody's word; nothing where it may. What is not due in
/// any case needs no word.
std::vector<std::string> objections(const SweepFacts& facts, const SweepLimits& limits);

}  // namespace trunkline::retention
