// SPDX-License-Identifier: MIT
#include <map>

#include "db/tool.h"
#include "directory/people.h"
#include "directory/tenants.h"
#include "sipctl/commands.h"
#include "sipctl/device.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_devices(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "sipctl device list");
  std::map<core::TenantId, directory::Tenant> tenants;
  for (directory::Tenant& tenant : directory::list_tenants(connection)) {
    tenants.emplace(tenant.id, std::move(tenant));
  }
  core::TenantId only;
  if (context.has("--tenant")) only = chosen_tenant(context, connection).id;
  std::map<core::UserId, std::string> owners;
  for (const directory::Person& person : directory::list_people(connection, only)) {
    owners.emplace(person.id, person.name);
  }
  context.out().table("device.v1", {{"NAME"},
                                    {"EXTENSION"},
                                    {"DISPLAY NAME"},
                                    {"TENANT"},
                                    {"OWNER"},
                                    {"DIGEST"},
                                    {"RECORDING"},
                                    {"STATE"}});
  for (const directory::Device& device : directory::list_devices(connection, only)) {
    const directory::Tenant& tenant = tenants[device.tenant];
    const std::string owner = device.owner.is_nil() ? "" : owners[device.owner];
    context.out().row(
        {device.name, device.extension, device.display_name, tenant.name, owner,
         directory::name_of(device.algorithm), directory::name_of(device.recording),
         device.is_enabled ? cli::Cell("enabled") : cli::Cell("disabled", cli::Color::yellow)},
        to_json(device, tenant, owner));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command device_list() {
  return {.path = "device list",
          .summary = "list the devices",
          .description =
              "Lists the devices of all tenants, or of one. Which of them are "
              "registered now: sipctl registration list.",
          .options = {{.name = "--tenant", .help = "only devices of this tenant", .value = "NAME"}},
          .examples = {{"sipctl device list", "all devices"},
                       {"sipctl device list --json | jq -r .name", "their names for a script"}},
          .is_paged = true,
          .run = list_devices};
}

}  // namespace trunkline::commands
