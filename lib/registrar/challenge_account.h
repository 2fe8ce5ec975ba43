// SPDX-License-Identifier: MIT
#pragma once

// How many challenges, failures and shed requests each source caused in each minute. One aggregate
// entry "challenge.counted" per source and minute goes to the journal, so that an attack is on
// record without one row a packet. The table is bounded: sources beyond the bound are counted
// together as "other".

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace trunkline::registrar {

struct ChallengeCount {
  std::string source;
  core::Time minute;  ///< its beginning
  std::uint64_t challenges = 0;
  std::uint64_t failures = 0;
  std::uint64_t shed = 0;
};

/// The body of a challenge.counted entry ("challenge.v1").
std::string challenge_body(const ChallengeCount& count);

class ChallengeAccount {
 public:
  explicit ChallengeAccount(std::size_t max_sources = 10'000) : max_sources_(max_sources) {}

  void challenged(std::string_view source) { ++count_of(source).challenges; }
  void failed(std::string_view source) { ++count_of(source).failures; }
  void shed(std::string_view source) { ++count_of(source).shed; }

  /// What was counted since the last call, and an empty table. Called once a minute.
  std::vector<ChallengeCount> take(core::Time minute);
  std::size_t size() const { return counts_.size(); }

 private:
  ChallengeCount& count_of(std::string_view source);

  std::size_t max_sources_;
  std::map<std::string, ChallengeCount, std::less<>> counts_;
};

}  // namespace trunkline::registrar
