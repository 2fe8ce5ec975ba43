// SPDX-License-Identifier: MIT
#pragma once

// The verbs of cdrctl(1): the past, and what was recorded.
// A new verb is a new file, named as the verb with '_' for spaces, that defines its function, and a
// line in each of the two lists here, sorted. A test finds files without a row.

#include <vector>

#include "cli/program.h"

namespace trunkline::commands {

cli::Command archive_add();
cli::Command archive_list();
cli::Command archive_restore();
cli::Command archive_verify();
cli::Command export_();
cli::Command import();
cli::Command list();
cli::Command note();
cli::Command note_list();
cli::Command partition_ensure();
cli::Command partition_list();
cli::Command prove();
cli::Command rate_apply();
cli::Command rate_import();
cli::Command rate_list();
cli::Command rate_show();
cli::Command rate_test();
cli::Command reconcile();
cli::Command recording_cat();
cli::Command recording_export();
cli::Command recording_list();
cli::Command recording_play();
cli::Command recording_show();
cli::Command report();
cli::Command show();
cli::Command stats();
cli::Command tail();
cli::Command why();

inline std::vector<cli::Command> all() {
  return {
      archive_add(),
      archive_list(),
      archive_restore(),
      archive_verify(),
      export_(),
      import(),
      list(),
      note(),
      note_list(),
      partition_ensure(),
      partition_list(),
      prove(),
      rate_apply(),
      rate_import(),
      rate_list(),
      rate_show(),
      rate_test(),
      reconcile(),
      recording_cat(),
      recording_export(),
      recording_list(),
      recording_play(),
      recording_show(),
      report(),
      show(),
      stats(),
      tail(),
      why(),
  };
}

}  // namespace trunkline::commands
