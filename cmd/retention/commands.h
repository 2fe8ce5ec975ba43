// SPDX-License-Identifier: MIT
#pragma once

// The verbs of retention(8): how long things live.
// A new verb is a new file, named as the verb with '_' for spaces, that defines its function, and a
// line in each of the two lists here, sorted. A test finds files without a row.

#include <vector>

#include "cli/program.h"

namespace trunkline::commands {

cli::Command capacity();
cli::Command check();
cli::Command compact();
cli::Command erase();
cli::Command explain();
cli::Command hold_add();
cli::Command hold_list();
cli::Command hold_release();
cli::Command hold_show();
cli::Command measure();
cli::Command move();
cli::Command plan();
cli::Command policy_list();
cli::Command policy_remove();
cli::Command policy_set();
cli::Command policy_show();
cli::Command reapply();
cli::Command report();
cli::Command status();
cli::Command sweep();
cli::Command usage();
cli::Command verify();

inline std::vector<cli::Command> all() {
  return {
      capacity(),    check(),         compact(),    erase(),       explain(), hold_add(),
      hold_list(),   hold_release(),  hold_show(),  measure(),     move(),    plan(),
      policy_list(), policy_remove(), policy_set(), policy_show(), reapply(), report(),
      status(),      sweep(),         usage(),      verify(),
  };
}

}  // namespace trunkline::commands
