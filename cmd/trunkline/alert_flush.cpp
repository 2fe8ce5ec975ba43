// SPDX-License-Identifier: MIT
#include "alert/store.h"
#include "trunkline/alert.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

constexpr core::Microseconds kKeep = std::chrono::hours(24 * 400);

core::ExitCode flush_alerts(cli::Context& context) {
  std::optional<db::Connection> connection = open_database(context, "trunkline alert flush");
  const Raised raised = raise_all(context, connection, {});
  alert::prune(*connection, core::system_clock().wall() - kKeep);
  return report(context, raised);
}

}  // namespace

cli::Command alert_flush() {
  return {
      .path = "alert flush",
      .summary = "try again to deliver what waits",
      .description =
          "Mail is tried three times over an hour, Gotify three times in six minutes, webhooks "
          "five times over two and a half hours; then they are given up, which trunkline doctor "
          "tells. Refusals for good are given up at once. Alerts older than 400 days go.",
      .exits = {{core::ExitCode::partly, "something was given up, something else was not"},
                {core::ExitCode::unavailable, "something was given up"}},
      .examples = {{"trunkline alert flush", "what waits, now"}},
      .run = flush_alerts};
}

}  // namespace trunkline::commands
