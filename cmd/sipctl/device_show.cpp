// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "sipctl/commands.h"
#include "sipctl/device.h"

namespace trunkline::commands {
namespace {

core::ExitCode show_device(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "sipctl device show");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const directory::Device device =
      core::value_or_throw(directory::find_device(connection, tenant, context.value("DEVICE")));
  show(context, connection, device, tenant);
  return core::ExitCode::done;
}

}  // namespace

cli::Command device_show() {
  return {.path = "device show",
          .summary = "show a device",
          .arguments = {{.name = "DEVICE", .help = "name, extension, or the end of the id"}},
          .options = {tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such device"}},
          .examples = {{"sipctl device show alice", "the device alice"},
                       {"sipctl device show 101", "the device that is dialled by 101"}},
          .is_paged = true,
          .run = show_device};
}

}  // namespace trunkline::commands
