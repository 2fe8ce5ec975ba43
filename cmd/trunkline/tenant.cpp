// SPDX-License-Identifier: MIT
#include "trunkline/tenant.h"

#include "core/text.h"

namespace trunkline::commands {

core::Json to_json(const directory::Tenant& tenant) {
  return {{"tenant", tenant.id.text()},
          {"name", tenant.name},
          {"domain", tenant.domain},
          {"is_default", tenant.is_default},
          {"recording", directory::name_of(tenant.recording)}};
}

std::vector<cli::Field> fields_of(const directory::Tenant& tenant) {
  return {{"name", tenant.name},
          {"domain", tenant.domain},
          {"default", tenant.is_default ? "yes" : "no"},
          {"recording", directory::name_of(tenant.recording)},
          {"id", tenant.id.text()}};
}

std::string roles_text(const directory::Person& person) {
  std::vector<std::string> roles;
  for (const directory::PersonRole role : person.roles) {
    roles.emplace_back(directory::name_of(role));
  }
  return core::join(roles, ", ");
}

core::Json to_json(const directory::Person& person, const directory::Tenant& tenant) {
  core::Json roles = core::Json::array();
  for (const directory::PersonRole role : person.roles) roles.push_back(directory::name_of(role));
  return {{"user", person.id.text()},
          {"tenant", tenant.id.text()},
          {"tenant_name", tenant.name},
          {"name", person.name},
          {"display_name", person.display_name},
          {"roles", std::move(roles)},
          {"is_enabled", person.is_enabled}};
}

std::vector<cli::Field> fields_of(const directory::Person& person,
                                  const directory::Tenant& tenant) {
  return {{"name", person.name},
          {"display name", person.display_name.empty() ? "-" : person.display_name},
          {"tenant", tenant.name},
          {"roles", roles_text(person)},
          {"state",
           person.is_enabled ? cli::Cell("enabled") : cli::Cell("disabled", cli::Color::yellow)},
          {"id", person.id.text()}};
}

cli::Option tenant_option() {
  return {
      .name = "--tenant", .help = "the user's tenant instead of the default one", .value = "NAME"};
}

directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection) {
  return core::value_or_throw(directory::tenant_or_default(connection, context.value("--tenant")));
}

std::vector<directory::PersonRole> roles_of(cli::Context& context) {
  std::vector<directory::PersonRole> roles;
  for (const std::string& role : context.values("--role")) {
    roles.push_back(core::value_or_throw(directory::parse_person_role(role)));
  }
  return roles;
}

cli::Option role_option(bool is_required) {
  return {.name = "--role",
          .help = "what the user may do; may be given several times",
          .value = "ROLE",
          .choices = {"admin", "supervisor", "agent", "user", "auditor"},
          .is_repeatable = true,
          .is_required = is_required};
}

}  // namespace trunkline::commands
