// SPDX-License-Identifier: MIT
#pragma once

// Whether a carrier's invoice says what our ledger says: pure, a million lines in a second.
//
// Two calls are the same where their numbers are the same and their times differ by the tolerance
// at most; of several the earliest are taken together, so that as many as possible find each other.
// A carrier whose clock is off by a constant is found out first: most calls that both have exactly
// once then differ by about the same.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/strong.h"
#include "core/time.h"

namespace trunkline::foreign {

/// In millionths of the currency's unit.
using Money = core::Strong<std::int64_t, struct MoneyTag>;

struct BilledCall {
  /// The same for calls between the same numbers, and for no others.
  std::string numbers = {};
  core::Time at = {};  ///< the answer, as billing counts
  core::Milliseconds length{0};
  std::optional<Money> money = {};  ///< their price, our cost
};

struct Tolerance {
  core::Milliseconds time{5'000};
  core::Milliseconds length{2'000};
  Money money{10'000};
  bool finds_offset = true;
};

enum class Difference : std::uint8_t { none, time, length, money };

/// Indices into what was given.
struct Pair {
  std::size_t ours = 0;
  std::size_t theirs = 0;
  Difference difference = Difference::none;
};
struct OnlyTheirs {
  std::size_t theirs = 0;
  /// The call is on the invoice a second time: this line was first.
  std::optional<std::size_t> duplicate_of = {};
};

struct Reconciled {
  /// What their clock is ahead of ours, as far as it is constant.
  core::Milliseconds offset{0};
  std::vector<Pair> pairs = {};  ///< in their order
  std::vector<std::size_t> only_ours = {};
  std::vector<OnlyTheirs> only_theirs = {};
};

Reconciled reconcile(const std::vector<BilledCall>& ours, const std::vector<BilledCall>& theirs,
                     const Tolerance& tolerance);

}  // namespace trunkline::foreign
