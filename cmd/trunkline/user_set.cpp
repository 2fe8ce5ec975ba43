// SPDX-License-Identifier: MIT
#include "crypto/password.h"
#include "db/tool.h"
#include "os/credential.h"
#include "trunkline/commands.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {
namespace {

directory::PersonChange change_of(cli::Context& context) {
  directory::PersonChange change;
  if (context.has("--display-name")) change.display_name = context.value("--display-name");
  if (context.has("--role")) change.roles = roles_of(context);
  if (context.has("--enable") && context.has("--disable")) {
    throw core::Error(core::ExitCode::usage, "cannot both enable and disable a user",
                      "give one of --enable and --disable");
  }
  if (context.has("--enable")) change.is_enabled = true;
  if (context.has("--disable")) change.is_enabled = false;
  return change;
}

core::ExitCode run(cli::Context& context) {
  const directory::PersonChange change = change_of(context);
  std::optional<core::Secret> password;
  if (context.has("--password-file")) {
    password = core::value_or_throw(os::read_password(context.value("--password-file")));
  }
  const bool is_generated = !password && context.has("--new-password");
  if (is_generated) password = crypto::make_password();

  db::Connection connection = db::open_for_tool(context.config(), "trunkline user set");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  directory::Person person =
      core::value_or_throw(directory::find_person(connection, tenant, context.value("USER")));
  person = core::value_or_throw(directory::set_person(connection, person, change));
  if (password) core::value_or_throw(directory::set_password(connection, person, *password));
  core::Json object = to_json(person, tenant);
  std::vector<cli::Field> fields = fields_of(person, tenant);
  if (is_generated) {
    const std::string text(password->reveal_text());
    object["password"] = text;
    fields.insert(fields.begin() + 1, {"password", cli::Cell(text, cli::Color::bold)});
    context.note("the password is shown this once and kept nowhere");
  }
  context.out().record("user.v1", fields, std::move(object));
  return core::ExitCode::done;
}

}  // namespace

cli::Command user_set() {
  return {.path = "user set",
          .summary = "change a user",
          .description =
              "Changes what is given and leaves the rest. Roles that are given replace "
              "all the user had.",
          .arguments = {{.name = "USER", .help = "name, or the end of the id"}},
          .options = {role_option(false),
                      {.name = "--display-name", .help = "the person's name", .value = "TEXT"},
                      {.name = "--enable", .help = "let the user in"},
                      {.name = "--disable", .help = "keep the user out"},
                      {.name = "--new-password", .help = "make another password and show it once"},
                      {.name = "--password-file",
                       .help = "take the new password (8 to 72 bytes) from this file (mode 600)",
                       .value = "FILE",
                       .complete = cli::Complete::file},
                      tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such user"}},
          .examples = {{"trunkline user set ann --role admin", "make ann an administrator"},
                       {"trunkline user set ann --new-password", "when the old one got lost"}},
          .run = run};
}

}  // namespace trunkline::commands
