// SPDX-License-Identifier: MIT
#include "crypto/password.h"
#include "db/tool.h"
#include "os/credential.h"
#include "trunkline/commands.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {
namespace {

core::ExitCode run(cli::Context& context) {
  const directory::NewPerson wanted{.name = context.value("NAME"),
                                    .display_name = context.value("--display-name"),
                                    .roles = roles_of(context)};
  const bool is_generated = !context.has("--password-file");
  const core::Secret password =
      is_generated ? crypto::make_password()
                   : core::value_or_throw(os::read_password(context.value("--password-file")));
  db::Connection connection = db::open_for_tool(context.config(), "trunkline user add");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const directory::Person person =
      core::value_or_throw(directory::add_person(connection, tenant, wanted, password));
  core::Json object = to_json(person, tenant);
  std::vector<cli::Field> fields = fields_of(person, tenant);
  if (is_generated) {
    const std::string text(password.reveal_text());
    object["password"] = text;
    fields.insert(fields.begin() + 1, {"password", cli::Cell(text, cli::Color::bold)});
    context.note("the password is shown this once and kept nowhere");
  }
  context.out().record("user.v1", fields, std::move(object));
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_add() {
  return {.path = "user add",
          .summary = "add a user (a person) and show the password once",
          .description =
              "Adds a person with one or more roles in a tenant. The password is made "
              "here unless it comes from a file; a hash of it is kept.",
          .arguments = {{.name = "NAME", .help = "a-z 0-9 . _ -"}},
          .options = {role_option(true),
                      {.name = "--display-name", .help = "the person's name", .value = "TEXT"},
                      {.name = "--password-file",
                       .help = "take the password (8 to 72 bytes) from this file (mode 600)",
                       .value = "FILE",
                       .complete = cli::Complete::file},
                      tenant_option()},
          .exits = {{core::ExitCode::data, "the name is taken"}},
          .examples = {{"trunkline user add ann --role supervisor", "a supervisor"},
                       {"trunkline user add ann --role admin --role auditor", "with two roles"}},
          .run = run};
}

}  // namespace trunkline::commands
