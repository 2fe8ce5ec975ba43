// SPDX-License-Identifier: MIT
#pragma once

// How often crash tests kill. In a usual run that is enough to find a torn state;
// tests/nightly/kills asks for many times as often.

#include <cstdlib>

namespace trunkline::test {

/// `usual`, times what TRUNKLINE_KILLS says.
inline int kills(int usual) {
  const char* const factor = std::getenv("TRUNKLINE_KILLS");
  const int times = factor == nullptr ? 1 : std::atoi(factor);
  return usual * (times < 1 ? 1 : times);
}

}  // namespace trunkline::test
