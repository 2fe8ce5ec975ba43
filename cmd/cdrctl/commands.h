// SPDX-License-Identifier: MIT
#pragma once

// The verbs of cdrctl(1): the past, and what was recorded.
// A new verb is a new file, named as the verb with '_' for spaces, that defines its function, and a
// line in each of the two lists here, sorted. A test finds files without a row.

#include <vector>

#include "cli/program.h"

namespace trunkline::commands {

inline std::vector<cli::Command> all() {
  return {};
}

}  // namespace trunkline::commands
