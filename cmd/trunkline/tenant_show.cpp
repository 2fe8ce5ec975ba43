// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {
namespace {

core::ExitCode show_tenant(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline tenant show");
  const directory::Tenant tenant =
      core::value_or_throw(directory::find_tenant(connection, context.value("TENANT")));
  context.out().record("tenant.v1", fields_of(tenant), to_json(tenant));
  return core::ExitCode::done;
}

}  // namespace

cli::Command tenant_show() {
  return {.path = "tenant show",
          .summary = "show a tenant",
          .arguments = {{.name = "TENANT", .help = "name or domain"}},
          .exits = {{core::ExitCode::no_input, "there is no such tenant"}},
          .examples = {{"trunkline tenant show acme", "the tenant acme"},
                       {"trunkline tenant show pbx.acme.example", "by its domain"}},
          .is_paged = true,
          .run = show_tenant};
}

}  // namespace trunkline::commands
