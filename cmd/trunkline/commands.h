// SPDX-License-Identifier: MIT
#pragma once

// The verbs of trunkline(8): everything that concerns this host as a whole.
// A new verb is a new file, named as the verb with '_' for spaces, that defines its function, and a
// line in each of the two lists here, sorted. A test finds files without a row.

#include <vector>

#include "cli/program.h"

namespace trunkline::commands {

cli::Command config_check();
cli::Command config_set();
cli::Command config_show();
cli::Command demo();
cli::Command doctor();
cli::Command status();

inline std::vector<cli::Command> all() {
  return {
      config_check(),
      config_set(),
      config_show(),
      demo(),
      doctor(),
      status(),
  };
}

}  // namespace trunkline::commands
