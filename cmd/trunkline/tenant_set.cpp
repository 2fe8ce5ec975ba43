// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {
namespace {

core::ExitCode change_tenant(cli::Context& context) {
  directory::TenantChange change{.makes_default = context.has("--default")};
  if (context.has("--recording")) {
    change.recording =
        core::value_or_throw(directory::parse_recording_mode(context.value("--recording")));
  }
  db::Connection connection = db::open_for_tool(context.config(), "trunkline tenant set");
  const directory::Tenant tenant =
      core::value_or_throw(directory::set_tenant(connection, context.value("TENANT"), change));
  context.out().record("tenant.v1", fields_of(tenant), to_json(tenant));
  return core::ExitCode::done;
}

}  // namespace

cli::Command tenant_set() {
  return {.path = "tenant set",
          .summary = "change a tenant",
          .description =
              "Changes what is given and leaves the rest. The default tenant is the one of phones "
              "that register at an address instead of a domain.",
          .arguments = {{.name = "TENANT", .help = "name or domain"}},
          .options = {{.name = "--recording",
                       .help = "whether calls are recorded unless a device says otherwise",
                       .value = "MODE",
                       .choices = {"always", "off"}},
                      {.name = "--default", .help = "make it the default tenant"}},
          .exits = {{core::ExitCode::no_input, "there is no such tenant"}},
          .examples = {{"trunkline tenant set acme --recording always", "record all its calls"},
                       {"trunkline tenant set acme --default",
                        "phones that name no domain of ours belong to acme"}},
          .run = change_tenant};
}

}  // namespace trunkline::commands
