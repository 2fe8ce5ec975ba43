// SPDX-License-Identifier: MIT
#include "retention/guard.h"

#include <fmt/format.h>

namespace trunkline::retention {
namespace {

using std::chrono::abs;

std::int64_t days(core::Microseconds span) {
  return std::chrono::duration_cast<Days>(span).count();
}

}  // namespace

std::vector<std::string> objections(const SweepFacts& facts, const SweepLimits& limits) {
  std::vector<std::string> found;
  std::uint64_t due = 0;
  for (const SweepFacts::Share& share : facts.shares) due += share.due;
  if (due == 0) return found;
  if (abs(facts.now - facts.database_now) > limits.most_clock_difference)
    found.push_back(fmt::format("this host's clock ({}) and the database's ({}) differ",
                                core::to_rfc3339(facts.now), core::to_rfc3339(facts.database_now)));
  // A clock that jumped ahead: neither a sweep nor an entry of the ledger is where it would be.
  if (facts.last_sweep && facts.now - *facts.last_sweep > limits.longest_pause)
    found.push_back(fmt::format("the last sweep was {} days ago, or the clock was set ahead",
                                days(facts.now - *facts.last_sweep)));
  else if (!facts.last_sweep && facts.last_entry &&
           facts.now - *facts.last_entry > limits.longest_pause)
    found.push_back(
        fmt::format("the ledger's last entry came {} days ago, or the clock was set ahead",
                    days(facts.now - *facts.last_entry)));
  for (const SweepFacts::Share& share : facts.shares) {
    if (share.due < limits.least_count || share.all == 0) continue;
    // In 128 bits nothing could overflow; counts of rows do not come near 64 either.
    if (share.due * 100 <= share.all * static_cast<std::uint64_t>(limits.most_percent)) continue;
    found.push_back(fmt::format("{} of {} {}s would go, more than {} %", share.due, share.all,
                                name_of(share.kind), limits.most_percent));
  }
  return found;
}

}  // namespace trunkline::retention
