// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "retention/commands.h"
#include "retention/policy.h"

namespace trunkline::commands {
namespace {

core::ExitCode show_policy(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "retention policy show");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const retention::Policy policy =
      core::value_or_throw(retention::find_policy(connection, tenant.id, context.value("NAME")));
  print_policy(context.out(), policy, Names(connection));
  return core::ExitCode::done;
}

}  // namespace

cli::Command policy_show() {
  return {.path = "policy show",
          .summary = "show a policy",
          .arguments = {{.name = "NAME", .help = "of the policy"}},
          .options = {tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such policy"}},
          .examples = {{"retention policy show default", "what it says"}},
          .run = show_policy};
}

}  // namespace trunkline::commands
