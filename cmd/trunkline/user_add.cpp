// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/user.h"

namespace trunkline::commands {
namespace {

core::ExitCode add_user(cli::Context& context) {
  const directory::NewPerson wanted{
      .name = context.value("NAME"),
      .display_name = context.value("--display-name"),
      .roles = roles_of(context),
      .mail = mail_of(context),
      .alerts = context.has("--alerts") ? context.value("--alerts") : std::string("none")};
  const NewPassword password = take_password(context);
  db::Connection connection = db::open_for_tool(context.config(), "trunkline user add");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const directory::Person person =
      core::value_or_throw(directory::add_person(connection, tenant, wanted, password.text));
  print_user(context, person, tenant, &password);
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_add() {
  std::vector<cli::Option> options = profile_options(true);
  for (cli::Option& option : password_options()) options.push_back(std::move(option));
  options.push_back(tenant_option());
  return {.path = "user add",
          .summary = "add a user (a person)",
          .description =
              "Adds a person with one or more roles in a tenant. The password is asked for on the "
              "terminal, twice and unseen, unless it comes from a file or is made here. A hash of "
              "it is kept.",
          .arguments = {{.name = "NAME", .help = "a-z 0-9 . _ -"}},
          .options = std::move(options),
          .exits = {{core::ExitCode::data, "the name is taken, or the password is not fit"}},
          .examples = {{"trunkline user add ann --role supervisor --new-password",
                        "a supervisor; the password is shown once"},
                       {"trunkline user add bea --role admin --role auditor",
                        "with two roles, and a password that is asked for"}},
          .run = add_user};
}

}  // namespace trunkline::commands
