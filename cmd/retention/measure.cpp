// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cli/context.h"
#include "db/tool.h"
#include "retention/commands.h"
#include "usage/usage.h"

namespace trunkline::commands {
namespace {

core::ExitCode measure_usage(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "retention measure");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  const std::int64_t tenants = usage::record_usage(connection, now);
  context.out().record(
      "measured.v1",
      {{"day", core::to_rfc3339(now).substr(0, 10)}, {"tenants", std::to_string(tenants)}},
      {{"day", core::to_rfc3339(now).substr(0, 10)}, {"tenants", tenants}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command measure() {
  return {.path = "measure",
          .summary = "log how much recordings take today",
          .description =
              "One row a tenant and day (UTC), written again where there is one. A timer "
              "runs it daily; the forecast of retention usage is made of it.",
          .examples = {{"retention measure", "log today"}},
          .run = measure_usage};
}

}  // namespace trunkline::commands
