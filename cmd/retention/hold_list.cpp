// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "retention/commands.h"
#include "retention/hold.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_holds(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "retention hold list");
  const auto tenant = narrowed_tenant(context, connection);
  const core::Time now = core::system_clock().wall();
  const Names names(connection);
  cli::Output& out = context.out();
  out.table("hold.v1",
            {{"CASE"}, {"TENANT"}, {"STATE"}, {"OWNER"}, {"HOLDS"}, {"ADDED"}, {"ENDS"}});
  for (const retention::Hold& hold : retention::load_holds(connection)) {
    if (tenant && hold.tenant != *tenant) continue;
    if (!context.has("--all") && !hold.holds_at(now)) continue;
    const auto end = hold.end();
    out.row({hold.case_name, names.of(hold.tenant), state_of(hold, now), hold.owner,
             scope_of(hold, out), out.time(hold.added_at), end ? out.time(*end) : ""},
            to_json(hold, names, now));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command hold_list() {
  return {.path = "hold list",
          .summary = "list the cases that hold something",
          .options = {{.name = "--all", .help = "those that ended, too"},
                      {.name = "--tenant", .help = "only of this tenant", .value = "NAME"}},
          .examples = {{"retention hold list", "what holds now"}},
          .is_paged = true,
          .run = list_holds};
}

}  // namespace trunkline::commands
