// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/user.h"

namespace trunkline::commands {
namespace {

core::ExitCode remove_user(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "trunkline user remove");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const directory::Person person =
      core::value_or_throw(directory::find_person(connection, tenant, context.value("USER")));
  if (!context.confirm(fmt::format("remove user {} of tenant {}?", person.name, tenant.name))) {
    return core::ExitCode::failed;
  }
  core::value_or_throw(directory::remove_person(connection, person));
  context.out().record("user.v1", {{"removed", person.name}}, to_json(person, tenant));
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_remove() {
  return {.path = "user remove",
          .summary = "remove a user",
          .description =
              "What the user did stays in the audit log. Asks first; --yes answers for "
              "you.",
          .arguments = {{.name = "USER", .help = "name, or the end of the id"}},
          .options = {tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such user"},
                    {core::ExitCode::failed, "you answered no"}},
          .examples = {{"trunkline user remove ann", "ask, then remove her"},
                       {"trunkline user remove ann --yes", "in a script"}},
          .run = remove_user};
}

}  // namespace trunkline::commands
