// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "sipctl/commands.h"
#include "sipctl/device.h"

namespace trunkline::commands {
namespace {

core::ExitCode remove_device(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "sipctl device remove");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const directory::Device device =
      core::value_or_throw(directory::find_device(connection, tenant, context.value("DEVICE")));
  if (!context.confirm(fmt::format("remove device {} of tenant {}?", device.name, tenant.name))) {
    return core::ExitCode::failed;
  }
  const std::string owner = owner_name(connection, tenant, device);
  core::value_or_throw(directory::remove_device(connection, device));
  context.out().record("device.v1", {{"removed", device.name}}, to_json(device, tenant, owner));
  return core::ExitCode::done;
}

}  // namespace

cli::Command device_remove() {
  return {.path = "device remove",
          .summary = "remove a device",
          .description =
              "The device can no longer register or call; its calls and recordings "
              "stay in the ledger. Asks first; --yes answers for you.",
          .arguments = {{.name = "DEVICE", .help = "name, extension, or the end of the id"}},
          .options = {tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such device"},
                    {core::ExitCode::failed, "you answered no"}},
          .examples = {{"sipctl device remove alice", "ask, then remove it"},
                       {"sipctl device remove alice --yes", "in a script"}},
          .run = remove_device};
}

}  // namespace trunkline::commands
