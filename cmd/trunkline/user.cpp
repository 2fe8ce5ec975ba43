// SPDX-License-Identifier: MIT
#include "trunkline/user.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/text.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "http/mailer.h"
#include "os/credential.h"

namespace trunkline::commands {
namespace {

std::vector<cli::Field> fields_of_user(const cli::Output& out, const directory::Person& person,
                                       const directory::Tenant& tenant) {
  std::vector<cli::Field> fields{
      {"name", person.name},
      {"display name", person.display_name.empty() ? "-" : person.display_name},
      {"tenant", tenant.name},
      {"roles", roles_text(person)},
      {"state",
       person.is_enabled ? cli::Cell("enabled") : cli::Cell("disabled", cli::Color::yellow)},
      {"alerts", person.alerts == "none"
                     ? std::string("none")
                     : fmt::format("from {} on, to {}", person.alerts, person.mail)},
      {"last login", person.last_login ? out.time(*person.last_login) : "never"}};
  if (person.locked_until && *person.locked_until > core::system_clock().wall())
    fields.push_back(
        {"locked until", cli::Cell(out.time(*person.locked_until), cli::Color::yellow)});
  fields.push_back({"id", person.id.text()});
  return fields;
}

}  // namespace

std::string roles_text(const directory::Person& person) {
  std::vector<std::string> roles;
  roles.reserve(person.roles.size());
  for (const directory::PersonRole role : person.roles)
    roles.emplace_back(directory::name_of(role));
  return core::join(roles, ", ");
}

core::Json to_json(const directory::Person& person, const directory::Tenant& tenant) {
  core::Json roles = core::Json::array();
  for (const directory::PersonRole role : person.roles) roles.push_back(directory::name_of(role));
  core::Json object{{"user", person.id.text()},
                    {"tenant", tenant.id.text()},
                    {"tenant_name", tenant.name},
                    {"name", person.name},
                    {"display_name", person.display_name},
                    {"roles", std::move(roles)},
                    {"is_enabled", person.is_enabled},
                    {"mail", person.mail},
                    {"alerts", person.alerts}};
  if (person.last_login) object["last_login_at"] = core::to_rfc3339(*person.last_login);
  if (person.locked_until) object["locked_until"] = core::to_rfc3339(*person.locked_until);
  return object;
}

std::vector<cli::Option> profile_options(bool is_role_required) {
  return {{.name = "--role",
           .help = "what the user may do; may be given several times",
           .value = "ROLE",
           .choices = {"admin", "supervisor", "agent", "user", "auditor"},
           .is_repeatable = true,
           .is_required = is_role_required},
          {.name = "--display-name", .help = "the person's name", .value = "TEXT"},
          {.name = "--mail", .help = "where alerts go to; '' for nowhere", .value = "ADDRESS"},
          {.name = "--alerts",
           .help = "mail alerts from this level on; normal adds what is good again",
           .value = "LEVEL",
           .choices = {"none", "normal", "warning", "critical", "emergency"}}};
}

std::string mail_of(cli::Context& context) {
  const std::string text = context.value("--mail");
  if (!text.empty()) (void)core::value_or_throw(http::parse_mail_address(text));
  return text;
}

std::vector<directory::PersonRole> roles_of(cli::Context& context) {
  std::vector<directory::PersonRole> roles;
  for (const std::string& role : context.values("--role"))
    roles.push_back(core::value_or_throw(directory::parse_person_role(role)));
  return roles;
}

std::vector<cli::Option> password_options() {
  return {{.name = "--new-password", .help = "make a password and show it once"},
          {.name = "--password-file",
           .help = "take the password (8 to 72 bytes) from this file (mode 600); - is standard "
                   "input",
           .value = "FILE",
           .complete = cli::Complete::file}};
}

NewPassword take_password(cli::Context& context) {
  const bool is_made = context.has("--new-password");
  const std::string file = context.value("--password-file");
  if (is_made && !file.empty())
    throw core::Error(core::ExitCode::usage, "cannot both make a password and read one",
                      "give one of --new-password and --password-file");
  if (is_made) return {crypto::make_password(), true};
  if (file == "-") return {context.ask_secret("password"), false};
  if (!file.empty()) return {core::value_or_throw(os::read_password(file)), false};
  if (::isatty(STDIN_FILENO) != 1)
    throw core::Error(core::ExitCode::usage, "cannot ask for a password: there is no terminal",
                      "--new-password makes one, --password-file - reads it from standard input");
  core::Secret first = context.ask_secret("password");
  const core::Secret second = context.ask_secret("the same again");
  if (!crypto::equal_in_constant_time(first.reveal_text(), second.reveal_text()))
    throw core::Error(core::ExitCode::data, "cannot take the password: the two are not the same",
                      "try again; nothing was changed");
  return {std::move(first), false};
}

void print_user(cli::Context& context, const directory::Person& person,
                const directory::Tenant& tenant, const NewPassword* password) {
  core::Json object = to_json(person, tenant);
  std::vector<cli::Field> fields = fields_of_user(context.out(), person, tenant);
  if (password != nullptr && password->is_made) {
    const std::string text(password->text.reveal_text());
    object["password"] = text;
    fields.insert(fields.begin() + 1, {"password", cli::Cell(text, cli::Color::bold)});
    context.note("the password is shown this once and kept nowhere");
  }
  context.out().record("user.v1", fields, std::move(object));
}

}  // namespace trunkline::commands
