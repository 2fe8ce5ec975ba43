// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {
namespace {

core::ExitCode remove_tenant(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "trunkline tenant remove");
  const directory::Tenant tenant =
      core::value_or_throw(directory::find_tenant(connection, context.value("TENANT")));
  if (!context.confirm(fmt::format("remove tenant {}?", tenant.name))) {
    return core::ExitCode::failed;
  }
  core::value_or_throw(directory::remove_tenant(connection, tenant.name));
  context.out().record("tenant.v1", {{"removed", tenant.name}}, to_json(tenant));
  return core::ExitCode::done;
}

}  // namespace

cli::Command tenant_remove() {
  return {.path = "tenant remove",
          .summary = "remove a tenant that has neither devices nor users",
          .description = "Its calls and recordings stay. Asks first; --yes answers for you.",
          .arguments = {{.name = "TENANT", .help = "name or domain"}},
          .exits = {{core::ExitCode::no_input, "there is no such tenant"},
                    {core::ExitCode::usage, "it is in use, or the default one beside others"},
                    {core::ExitCode::failed, "you answered no"}},
          .examples = {{"trunkline tenant remove acme", "ask, then remove it"},
                       {"trunkline tenant remove acme --yes", "in a script"}},
          .run = remove_tenant};
}

}  // namespace trunkline::commands
