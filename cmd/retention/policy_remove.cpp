// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "retention/commands.h"
#include "retention/policy.h"

namespace trunkline::commands {
namespace {

core::ExitCode remove_policy(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "retention policy remove");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const retention::Policy policy =
      core::value_or_throw(retention::remove_policy(connection, tenant.id, context.value("NAME")));
  print_policy(context.out(), policy, Names(connection));
  return core::ExitCode::done;
}

}  // namespace

cli::Command policy_remove() {
  return {.path = "policy remove",
          .summary = "remove a policy",
          .arguments = {{.name = "NAME", .help = "of the policy"}},
          .options = {tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such policy"},
                    {core::ExitCode::no_permission, "it is increase-only"}},
          .examples = {{"retention policy remove default",
                        "what it kept is decided by the next level"}},
          .run = remove_policy};
}

}  // namespace trunkline::commands
