// SPDX-License-Identifier: MIT
#include "registrar/challenge_account.h"

#include "core/json.h"

namespace trunkline::registrar {

std::string challenge_body(const ChallengeCount& count) {
  return core::to_line({{"schema", "challenge.v1"},
                        {"source", count.source},
                        {"minute", core::to_rfc3339(count.minute)},
                        {"challenges", count.challenges},
                        {"failures", count.failures},
                        {"shed", count.shed}});
}

ChallengeCount& ChallengeAccount::count_of(std::string_view source) {
  const auto found = counts_.find(source);
  if (found != counts_.end()) return found->second;
  // "other" itself has a place beyond the bound.
  const std::string key(counts_.size() < max_sources_ ? source : "other");
  ChallengeCount& count = counts_[key];
  count.source = key;
  return count;
}

std::vector<ChallengeCount> ChallengeAccount::take(core::Time minute) {
  std::vector<ChallengeCount> taken;
  taken.reserve(counts_.size());
  for (auto& [source, count] : counts_) {
    count.minute = minute;
    taken.push_back(std::move(count));
  }
  counts_.clear();
  return taken;
}

}  // namespace trunkline::registrar
