// SPDX-License-Identifier: MIT
#include "sipctl/ban.h"
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

core::ExitCode explain_ban(cli::Context& context) {
  const core::Json ban =
      core::value_or_throw(sipd(context).call("ban.why", {{"address", context.value("ADDRESS")}}));
  context.out().record("ban.v1", fields_of_ban(context.out(), ban), ban);
  return core::ExitCode::done;
}

}  // namespace

cli::Command ban_why() {
  return {
      .path = "ban why",
      .summary = "tell why an address is banned or not",
      .description =
          "Shows what the guard knows of an address: its ban and the rule behind it, what it did "
          "in the last minute, whether phones are registered from there, the last decisions about "
          "it, and what to do if it is a phone of yours.",
      .arguments = {address_argument()},
      .exits = {{core::ExitCode::unavailable, "sipd does not run"}},
      .examples = {{"sipctl ban why 192.0.2.66", "why a phone gets no answer"},
                   {"sipctl ban why 2001:db8::1 --json", "the same for a script"}},
      .is_paged = true,
      .run = explain_ban};
}

}  // namespace trunkline::commands
