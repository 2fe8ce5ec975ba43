// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "trunkline/commands.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {
namespace {

core::ExitCode add_tenant(cli::Context& context) {
  const directory::NewTenant wanted{
      .name = context.value("NAME"),
      .domain = context.value("--domain"),
      .recording =
          core::value_or_throw(directory::parse_recording_mode(context.value("--recording")))};
  db::Connection connection = db::open_for_tool(context.config(), "trunkline tenant add");
  const directory::Tenant tenant = core::value_or_throw(directory::add_tenant(connection, wanted));
  context.out().record("tenant.v1", fields_of(tenant), to_json(tenant));
  return core::ExitCode::done;
}

}  // namespace

cli::Command tenant_add() {
  return {.path = "tenant add",
          .summary = "add a tenant",
          .description =
              "Adds a party that shares this exchange. Its devices, calls and recordings are its "
              "own. The domain is the host part of its addresses and the realm of its devices' "
              "digests, so it cannot be changed later.",
          .arguments = {{.name = "NAME", .help = "a-z 0-9 . _ -"}},
          .options = {{.name = "--domain",
                       .help = "host part of its SIP addresses",
                       .value = "DOMAIN",
                       .is_required = true},
                      {.name = "--recording",
                       .help = "whether calls are recorded unless a device says otherwise",
                       .value = "MODE",
                       .fallback = "off",
                       .choices = {"always", "off"}}},
          .exits = {{core::ExitCode::data, "the name or the domain is taken"}},
          .examples = {{"trunkline tenant add acme --domain pbx.acme.example", "add acme"},
                       {"trunkline tenant add acme --domain pbx.acme.example --recording always",
                        "and record all its calls"}},
          .run = add_tenant};
}

}  // namespace trunkline::commands
