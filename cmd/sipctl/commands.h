// SPDX-License-Identifier: MIT
#pragma once

// The verbs of sipctl(1): devices, limits, live calls, registrations and bans.
// A new verb is a new file, named as the verb with '_' for spaces, that defines its function, and a
// line in each of the two lists here, sorted. A test finds files without a row.

#include <vector>

#include "cli/program.h"

namespace trunkline::commands {

cli::Command ban_add();
cli::Command ban_list();
cli::Command ban_remove();
cli::Command ban_why();
cli::Command call_hangup();
cli::Command call_list();
cli::Command call_record();
cli::Command call_show();
cli::Command device_add();
cli::Command device_list();
cli::Command device_qr();
cli::Command device_remove();
cli::Command device_set();
cli::Command device_show();
cli::Command limit_list();
cli::Command limit_remove();
cli::Command limit_set();
cli::Command registration_list();
cli::Command reload();

inline std::vector<cli::Command> all() {
  return {
      ban_add(),      ban_list(),      ban_remove(),        ban_why(),     call_hangup(),
      call_list(),    call_record(),   call_show(),         device_add(),  device_list(),
      device_qr(),    device_remove(), device_set(),        device_show(), limit_list(),
      limit_remove(), limit_set(),     registration_list(), reload(),
  };
}

}  // namespace trunkline::commands
