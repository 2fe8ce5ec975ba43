// SPDX-License-Identifier: MIT
#include "sip/targets.h"

#include <algorithm>

namespace trunkline::sip {

namespace {

constexpr std::size_t kRememberedMax = 10'000;

}  // namespace

bool Targets::start(const std::string& target, core::SteadyTime now) {
  // Those that died and were never asked again must not pile up.
  if (targets_.size() >= kRememberedMax) {
    std::erase_if(targets_, [&](const auto& pair) {
      const Target& old = pair.second;
      if (old.in_flight > 0 || old.dead_until > now) return false;
      if (old.timeouts > 0) --suspects_;
      return true;
    });
  }
  Target& found = targets_[target];
  if (found.dead_until > now) return false;
  // Once its time is over a dead target gets one request to prove itself with.
  const std::size_t limit =
      found.timeouts >= limits_.dead_after_timeouts ? 1 : limits_.max_in_flight;
  if (found.in_flight >= limit) return false;
  ++found.in_flight;
  return true;
}

void Targets::finished(const std::string& target, bool has_timed_out, core::SteadyTime now) {
  const auto found = targets_.find(target);
  if (found == targets_.end()) return;
  Target& entry = found->second;
  if (entry.in_flight > 0) --entry.in_flight;
  if (has_timed_out) {
    if (entry.timeouts++ == 0) ++suspects_;
    if (entry.timeouts >= limits_.dead_after_timeouts) entry.dead_until = now + limits_.dead_for;
    return;
  }
  if (entry.timeouts > 0) --suspects_;
  entry.timeouts = 0;
  entry.dead_until = {};
  if (entry.in_flight == 0) targets_.erase(found);
}

void Targets::heard_from(std::string_view target) {
  if (suspects_ == 0) return;
  const auto found = targets_.find(std::string(target));
  if (found == targets_.end() || found->second.timeouts == 0) return;
  --suspects_;
  found->second.timeouts = 0;
  found->second.dead_until = {};
  if (found->second.in_flight == 0) targets_.erase(found);
}

std::size_t Targets::dead(core::SteadyTime now) const {
  return static_cast<std::size_t>(std::count_if(
      targets_.begin(), targets_.end(), [&](auto& pair) { return pair.second.dead_until > now; }));
}

}  // namespace trunkline::sip
