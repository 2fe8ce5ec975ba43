// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/user.h"

namespace trunkline::commands {
namespace {

directory::PersonChange change_of(cli::Context& context) {
  directory::PersonChange change;
  if (context.has("--display-name")) change.display_name = context.value("--display-name");
  if (context.has("--role")) change.roles = roles_of(context);
  if (context.has("--mail")) change.mail = mail_of(context);
  if (context.has("--alerts")) change.alerts = context.value("--alerts");
  if (context.has("--enable") && context.has("--disable")) {
    throw core::Error(core::ExitCode::usage, "cannot both enable and disable a user",
                      "give one of --enable and --disable");
  }
  if (context.has("--enable")) change.is_enabled = true;
  if (context.has("--disable")) change.is_enabled = false;
  return change;
}

core::ExitCode change_user(cli::Context& context) {
  const directory::PersonChange change = change_of(context);
  db::Connection connection = db::open_for_tool(context.config(), "trunkline user set");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const directory::Person person =
      core::value_or_throw(directory::find_person(connection, tenant, context.value("USER")));
  print_user(context, core::value_or_throw(directory::set_person(connection, person, change)),
             tenant);
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_set() {
  std::vector<cli::Option> options = profile_options(false);
  options.push_back({.name = "--enable", .help = "let the user in"});
  options.push_back({.name = "--disable", .help = "keep the user out"});
  options.push_back(tenant_option());
  return {.path = "user set",
          .summary = "change a user",
          .description =
              "Changes what is given and leaves the rest. Roles that are given replace all the "
              "user had. The password is changed with user passwd.",
          .arguments = {{.name = "USER", .help = "name, or the end of the id"}},
          .options = std::move(options),
          .exits = {{core::ExitCode::no_input, "there is no such user"}},
          .examples = {{"trunkline user set ann --role admin", "make ann an administrator"},
                       {"trunkline user set ann --mail ann@example.org --alerts critical",
                        "mail her alerts from critical on"},
                       {"trunkline user set ann --disable", "keep her out for now"}},
          .run = change_user};
}

}  // namespace trunkline::commands
