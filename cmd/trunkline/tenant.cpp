// SPDX-License-Identifier: MIT
#include "trunkline/tenant.h"

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

cli::Option tenant_option() {
  return {
      .name = "--tenant", .help = "the user's tenant instead of the default one", .value = "NAME"};
}

directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection) {
  return core::value_or_throw(directory::tenant_or_default(connection, context.value("--tenant")));
}

}  // namespace trunkline::commands
