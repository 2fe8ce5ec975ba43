// SPDX-License-Identifier: MIT
#pragma once

// The verbs of trunkline(8): everything that concerns this host as a whole.
// A new verb is a new file, named as the verb with '_' for spaces, that defines its function, and a
// line in each of the two lists here, sorted. A test finds files without a row.

#include <vector>

#include "cli/program.h"

namespace trunkline::commands {

cli::Command alert_flush();
cli::Command alert_list();
cli::Command alert_send();
cli::Command alert_take();
cli::Command alert_test();
cli::Command alert_watch();
cli::Command audit_anchor();
cli::Command audit_export();
cli::Command audit_list();
cli::Command audit_verify();
cli::Command backup();
cli::Command backup_list();
cli::Command backup_prune();
cli::Command backup_show();
cli::Command backup_verify();
cli::Command config_check();
cli::Command config_set();
cli::Command config_show();
cli::Command demo();
cli::Command doctor();
cli::Command drill();
cli::Command import_env();
cli::Command init();
cli::Command keys_add();
cli::Command keys_check();
cli::Command keys_export();
cli::Command keys_import();
cli::Command keys_list();
cli::Command keys_mirror();
cli::Command keys_retire();
cli::Command keys_rewrap();
cli::Command keys_rotate();
cli::Command metrics();
cli::Command migrate();
cli::Command restore();
cli::Command status();
cli::Command tenant_add();
cli::Command tenant_list();
cli::Command tenant_remove();
cli::Command tenant_set();
cli::Command tenant_show();
cli::Command top();
cli::Command user_add();
cli::Command user_list();
cli::Command user_passwd();
cli::Command user_remove();
cli::Command user_set();
cli::Command user_show();

inline std::vector<cli::Command> all() {
  return {
      alert_flush(),  alert_list(),   alert_send(),    alert_take(),   alert_test(),  alert_watch(),
      audit_anchor(), audit_export(), audit_list(),    audit_verify(), backup(),      backup_list(),
      backup_prune(), backup_show(),  backup_verify(), config_check(), config_set(),  config_show(),
      demo(),         doctor(),       drill(),         import_env(),   init(),        keys_add(),
      keys_check(),   keys_export(),  keys_import(),   keys_list(),    keys_mirror(), keys_retire(),
      keys_rewrap(),  keys_rotate(),  metrics(),       migrate(),      restore(),     status(),
      tenant_add(),   tenant_list(),  tenant_remove(), tenant_set(),   tenant_show(), top(),
      user_add(),     user_list(),    user_passwd(),   user_remove(),  user_set(),    user_show(),
  };
}

}  // namespace trunkline::commands
