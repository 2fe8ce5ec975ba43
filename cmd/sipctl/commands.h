// SPDX-License-Identifier: MIT
#pragma once

// The verbs of sipctl(1): devices, live calls and registrations.
// A new verb is a new file, named as the verb with '_' for spaces, that defines its function, and a
// line in each of the two lists here, sorted. A test finds files without a row.

#include <vector>

#include "cli/program.h"

namespace trunkline::commands {

cli::Command call_hangup();
cli::Command call_list();
cli::Command call_show();
cli::Command registration_list();
cli::Command reload();

inline std::vector<cli::Command> all() {
  return {
      call_hangup(), call_list(), call_show(), registration_list(), reload(),
  };
}

}  // namespace trunkline::commands
