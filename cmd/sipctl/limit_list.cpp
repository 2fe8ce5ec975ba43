// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "sipctl/commands.h"
#include "sipctl/limit.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_limits(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "sipctl limit list");
  cli::Output& out = context.out();
  out.table("limit.v1", {{"TENANT"},
                         {"USER"},
                         {"DEVICE"},
                         {"CALLS", cli::Align::right},
                         {"PER MINUTE", cli::Align::right},
                         {"REGISTRATIONS", cli::Align::right}});
  for (const directory::NamedLimit& named : directory::list_limits(connection)) {
    const directory::Limit& limit = named.limit;
    out.row({named.tenant, named.person.empty() ? "-" : named.person,
             named.device.empty() ? "-" : named.device, shown_limit(limit.max_calls),
             shown_limit(limit.calls_per_minute), shown_limit(limit.max_registrations)},
            to_json(named));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command limit_list() {
  return {
      .path = "limit list",
      .summary = "list the limits of devices, users and tenants",
      .description =
          "Lists the devices, users and tenants that have limits of their own. All others have "
          "those of the settings guard.* of trunkline.toml(5), and so has whatever shows a dash.",
      .examples = {{"sipctl limit list", "who has other limits than all others"},
                   {"sipctl limit list --json", "the same for a script"}},
      .is_paged = true,
      .run = list_limits};
}

}  // namespace trunkline::commands
