// SPDX-License-Identifier: MIT
#include "trunkline/alert.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

core::ExitCode send_test_alert(cli::Context& context) {
  Raised raised{.told = 1};
  raised.has_nobody = alert::configured_targets(context.config()).empty();
  raised.sent = alert::Desk(context.config(), nullptr, core::system_clock())
                    .test("this is a test of trunkline's alerts");
  return report(context, raised);
}

}  // namespace

cli::Command alert_test() {
  return {.path = "alert test",
          .summary = "send a test through every channel, and say who got it",
          .description = "At once, past all that holds alerts back; nothing is kept of it.",
          .exits = {{core::ExitCode::partly, "one of several did not get it"},
                    {core::ExitCode::unavailable, "nobody got it"},
                    {core::ExitCode::config, "no channel is configured"}},
          .examples = {{"trunkline alert test", "does mail arrive?"}},
          .run = send_test_alert};
}

}  // namespace trunkline::commands
