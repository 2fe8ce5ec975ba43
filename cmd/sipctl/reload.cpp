// SPDX-License-Identifier: MIT
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

core::ExitCode reload_sipd(cli::Context& context) {
  core::value_or_throw(sipd(context).call("reload"));
  context.note("sipd has read its configuration again");
  return core::ExitCode::done;
}

}  // namespace

cli::Command reload() {
  return {.path = "reload",
          .summary = "make sipd read its configuration and its directory again",
          .description =
              "Does what SIGHUP does, and says whether it worked: where the new configuration is "
              "invalid, sipd keeps the old one and the fault is told here. Calls are not touched. "
              "Which settings take effect without a restart: trunkline.toml(5).",
          .exits = {{core::ExitCode::unavailable, "sipd does not run"},
                    {core::ExitCode::config,
                     "the configuration is invalid; sipd keeps the one it has"}},
          .examples = {{"sipctl reload", "after a change of trunkline.toml"},
                       {"trunkline config check && sipctl reload", "look before"}},
          .run = reload_sipd};
}

}  // namespace trunkline::commands
