// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "directory/devices.h"
#include "retention/commands.h"
#include "retention/policy.h"

namespace trunkline::commands {
namespace {

core::ExitCode set_policy(cli::Context& context) {
  retention::Policy policy{
      .name = context.value("NAME"),
      .kind = core::value_or_throw(retention::parse_kind(context.value("--kind"))),
      .keep = parse_keep(context.value("--keep")),
      .is_increase_only = context.has("--increase-only")};
  db::Connection connection = db::open_for_tool(context.config(), "retention policy set");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  policy.tenant = tenant.id;
  if (context.has("--device")) {
    policy.level = retention::Level::agent;
    policy.subject =
        core::value_or_throw(directory::find_device(connection, tenant, context.value("--device")))
            .id.uuid();
  }
  const retention::Policy set = core::value_or_throw(
      retention::set_policy(connection, std::move(policy), core::system_clock().wall()));
  print_policy(context.out(), set, Names(connection));
  return core::ExitCode::done;
}

}  // namespace

cli::Command policy_set() {
  return {
      .path = "policy set",
      .summary = "set how long things are kept",
      .description =
          "Makes the policy of this name, or changes how long it keeps. A device's policy decides "
          "about the calls of that device, and of two devices in a call the longer one; the "
          "tenant's decides about the rest, and retention.default_days where the tenant has none. "
          "Calls are kept for ever without a policy.\n\n"
          "An increase-only policy is a duty to keep: from then on it can only be lengthened, it "
          "cannot be removed, and no other policy makes what it covers go earlier.",
      .arguments = {{.name = "NAME", .help = "of the policy: a word, lower case"}},
      .options = {{.name = "--keep",
                   .help = "how long, from the end of the call: 90d, or forever",
                   .value = "DAYS",
                   .is_required = true},
                  {.name = "--kind",
                   .help = "what it is about",
                   .value = "KIND",
                   .fallback = "recording",
                   .choices = {"recording", "call"}},
                  {.name = "--device", .help = "calls of this device", .value = "DEVICE"},
                  tenant_option(),
                  {.name = "--increase-only", .help = "a duty to keep, never made shorter"}},
      .exits = {{core::ExitCode::data, "another policy speaks of the same"},
                {core::ExitCode::no_input, "there is no such tenant or device"},
                {core::ExitCode::no_permission, "an increase-only policy would get shorter"}},
      .examples = {{"retention policy set default --keep 30d", "recordings go after 30 days"},
                   {"retention policy set ledger --kind call --keep 1826d",
                    "calls go after five years"},
                   {"retention policy set finra --keep 2191d --increase-only",
                    "a duty to keep recordings for six years"}},
      .run = set_policy};
}

}  // namespace trunkline::commands
