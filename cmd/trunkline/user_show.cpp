// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/user.h"

namespace trunkline::commands {
namespace {

core::ExitCode show_user(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline user show");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const directory::Person person =
      core::value_or_throw(directory::find_person(connection, tenant, context.value("USER")));
  print_user(context, person, tenant);
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_show() {
  return {.path = "user show",
          .summary = "show a user",
          .arguments = {{.name = "USER", .help = "name, or the end of the id"}},
          .options = {tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such user"}},
          .examples = {{"trunkline user show ann", "the user ann"},
                       {"trunkline user show ann --json | jq .roles", "what ann may do"}},
          .is_paged = true,
          .run = show_user};
}

}  // namespace trunkline::commands
