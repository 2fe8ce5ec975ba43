// SPDX-License-Identifier: MIT
#include <map>

#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/user.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_users(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline user list");
  std::map<core::TenantId, directory::Tenant> tenants;
  for (directory::Tenant& tenant : directory::list_tenants(connection)) {
    tenants.emplace(tenant.id, std::move(tenant));
  }
  core::TenantId only;
  if (context.has("--tenant")) only = chosen_tenant(context, connection).id;
  context.out().table(
      "user.v1", {{"NAME"}, {"DISPLAY NAME"}, {"TENANT"}, {"ROLES"}, {"STATE"}, {"LAST LOGIN"}});
  for (const directory::Person& person : directory::list_people(connection, only)) {
    const directory::Tenant& tenant = tenants[person.tenant];
    context.out().row(
        {person.name, person.display_name, tenant.name, roles_text(person),
         person.is_enabled ? cli::Cell("enabled") : cli::Cell("disabled", cli::Color::yellow),
         person.last_login ? context.out().time(*person.last_login) : "never"},
        to_json(person, tenant));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_list() {
  return {.path = "user list",
          .summary = "list the users",
          .options = {{.name = "--tenant", .help = "only users of this tenant", .value = "NAME"}},
          .examples = {{"trunkline user list", "all users"},
                       {"trunkline user list --json", "for a script"}},
          .is_paged = true,
          .run = list_users};
}

}  // namespace trunkline::commands
