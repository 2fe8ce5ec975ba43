// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_tenants(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline tenant list");
  context.out().table("tenant.v1", {{"NAME"}, {"DOMAIN"}, {"DEFAULT"}, {"RECORDING"}});
  for (const directory::Tenant& tenant : directory::list_tenants(connection)) {
    context.out().row({tenant.name, tenant.domain, tenant.is_default ? "yes" : "",
                       directory::name_of(tenant.recording)},
                      to_json(tenant));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command tenant_list() {
  return {.path = "tenant list",
          .summary = "list the tenants",
          .examples = {{"trunkline tenant list", "all tenants"},
                       {"trunkline tenant list --json", "for a script"}},
          .is_paged = true,
          .run = list_tenants};
}

}  // namespace trunkline::commands
