// SPDX-License-Identifier: MIT
#include "sipctl/ban.h"
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

core::ExitCode lift_ban(cli::Context& context) {
  const core::Json ban = core::value_or_throw(sipd(context).call(
      "ban.remove",
      {{"address", context.value("ADDRESS")}, {"reason", context.value("--reason")}}));
  context.out().record("ban.v1", fields_of_ban(context.out(), ban), ban);
  return core::ExitCode::done;
}

}  // namespace

cli::Command ban_remove() {
  return {.path = "ban remove",
          .summary = "lift the ban of an address",
          .description =
              "The address is heard again at once, and what it did before counts no "
              "more.",
          .arguments = {address_argument()},
          .options = {reason_option()},
          .exits = {{core::ExitCode::no_input, "it is not banned"},
                    {core::ExitCode::unavailable, "sipd does not run"}},
          .examples = {{"sipctl ban remove 192.0.2.66", "let it in again"},
                       {"sipctl ban remove 192.0.2.66 --reason 'our own phone'", "and say why"}},
          .run = lift_ban};
}

}  // namespace trunkline::commands
