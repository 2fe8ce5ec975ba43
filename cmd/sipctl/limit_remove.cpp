// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "sipctl/commands.h"
#include "sipctl/limit.h"

namespace trunkline::commands {
namespace {

core::ExitCode remove_limits(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "sipctl limit remove");
  const directory::NamedLimit none = chosen_party(context, connection);
  if (!directory::remove_limit(connection, none.limit)) {
    throw core::Error(
        core::ExitCode::no_input,
        fmt::format("cannot remove the limits of {}: it has none of its own", shown_party(none)),
        "list them: sipctl limit list");
  }
  context.out().record("limit.v1", fields_of_limit(none), to_json(none));
  return core::ExitCode::done;
}

}  // namespace

cli::Command limit_remove() {
  return {.path = "limit remove",
          .summary = "take a device's, a user's or a tenant's own limits away",
          .description = "From now on it has those of the settings guard.* again.",
          .options = party_options(),
          .exits = {{core::ExitCode::no_input, "it has no limits of its own"}},
          .examples = {{"sipctl limit remove --device lobby", "as all other devices"},
                       {"sipctl limit remove --tenant acme", "as all other tenants"}},
          .run = remove_limits};
}

}  // namespace trunkline::commands
