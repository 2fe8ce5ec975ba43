// SPDX-License-Identifier: MIT
#include "sipctl/ban.h"
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

core::ExitCode add_ban(cli::Context& context) {
  core::Json args{{"address", context.value("ADDRESS")},
                  {"reason", context.value("--reason")},
                  {"force", context.has("--force")}};
  if (const auto length = context.duration("--for")) args["duration_ms"] = length->count();
  const core::Json ban = core::value_or_throw(sipd(context).call("ban.add", std::move(args)));
  context.out().record("ban.v1", fields_of_ban(context.out(), ban), ban);
  return core::ExitCode::done;
}

}  // namespace

cli::Command ban_add() {
  return {.path = "ban add",
          .summary = "ban an address",
          .description =
              "Nothing the address sends is read from now on, for the given time or until it is "
              "lifted, also after a restart. Calls that run lose their signalling, not their "
              "audio.\n"
              "\n"
              "An address from which phones are registered, or that guard.allow holds, is banned "
              "with --force only.",
          .arguments = {address_argument()},
          .options = {{.name = "--for",
                       .help = "how long; else until it is lifted",
                       .value = "DURATION"},
                      reason_option(),
                      {.name = "--force", .help = "although phones are registered from there"}},
          .exits = {{core::ExitCode::no_permission, "phones are registered from there"},
                    {core::ExitCode::unavailable, "sipd does not run"}},
          .examples = {{"sipctl ban add 192.0.2.66 --for 1d --reason 'toll fraud'", "for a day"},
                       {"sipctl ban add 2001:db8:7::/64", "a whole network, until it is lifted"}},
          .run = add_ban};
}

}  // namespace trunkline::commands
