// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/user.h"

namespace trunkline::commands {
namespace {

core::ExitCode change_password(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "trunkline user passwd");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  directory::Person person =
      core::value_or_throw(directory::find_person(connection, tenant, context.value("USER")));
  const NewPassword password = take_password(context);
  core::value_or_throw(directory::set_password(connection, person, password.text));
  person.locked_until.reset();
  print_user(context, person, tenant, &password);
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_passwd() {
  std::vector<cli::Option> options = password_options();
  options.push_back(tenant_option());
  return {.path = "user passwd",
          .summary = "give a user another password",
          .description =
              "Asks for the new password on the terminal, twice and unseen, unless it comes from a "
              "file or is made here. The old one is not asked for: who may run this may reset it. "
              "A user who was locked out by wrong passwords may come in again.",
          .arguments = {{.name = "USER", .help = "name, or the end of the id"}},
          .options = std::move(options),
          .exits = {{core::ExitCode::no_input, "there is no such user"},
                    {core::ExitCode::data, "the password is not fit"}},
          .examples = {{"trunkline user passwd ann", "ask for it"},
                       {"trunkline user passwd ann --new-password", "when the old one got lost"},
                       {"pass show pbx/ann | trunkline user passwd ann --password-file -",
                        "from a password store"}},
          .run = change_password};
}

}  // namespace trunkline::commands
