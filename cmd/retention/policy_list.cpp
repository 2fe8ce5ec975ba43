// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "retention/commands.h"
#include "retention/policy.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_policies(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "retention policy list");
  const auto tenant = narrowed_tenant(context, connection);
  const Names names(connection);
  context.out().table("policy.v1",
                      {{"POLICY"}, {"TENANT"}, {"KEEPS"}, {"OF"}, {"FOR"}, {"INCREASE-ONLY"}});
  for (const retention::Policy& policy : retention::load_policies(connection)) {
    if (tenant && policy.tenant != *tenant) continue;
    context.out().row(
        {policy.name, names.of(policy.tenant), name_of(policy.kind), subject_of(policy, names),
         retention::shown(policy.keep), policy.is_increase_only ? "yes" : ""},
        to_json(policy, names));
  }
  context.note("tenants without a policy: recordings for " +
               retention::shown(std::optional(default_days(context))) +
               " (retention.default_days)");
  return core::ExitCode::done;
}

}  // namespace

cli::Command policy_list() {
  return {.path = "policy list",
          .summary = "list the policies",
          .options = {{.name = "--tenant", .help = "only of this tenant", .value = "NAME"}},
          .examples = {{"retention policy list", "how long what is kept"}},
          .is_paged = true,
          .run = list_policies};
}

}  // namespace trunkline::commands
