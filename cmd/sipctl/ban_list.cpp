// SPDX-License-Identifier: MIT
#include "sipctl/ban.h"
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_bans(cli::Context& context) {
  control::Client client = sipd(context);
  cli::Output& out = context.out();
  out.table("ban.v1", {{"ADDRESS"}, {"SINCE"}, {"UNTIL"}, {"RULE"}, {"REASON"}, {"BY"}});
  core::value_or_throw(client.call("ban.list", {}, [&](const core::Json& ban) {
    const bool is_permanent = core::bool_at(ban, "is_permanent");
    out.row({core::text_at(ban, "address"), out.time(core::text_at(ban, "since")),
             is_permanent ? std::string("lifted") : out.time(core::text_at(ban, "until")),
             core::text_at(ban, "rule"), core::text_at(ban, "reason"), core::text_at(ban, "by")},
            ban);
  }));
  return core::ExitCode::done;
}

}  // namespace

cli::Command ban_list() {
  return {.path = "ban list",
          .summary = "list the addresses that are banned",
          .description =
              "Lists the bans of this moment, the newest first: those the guard made "
              "by its rules and those made by hand.",
          .exits = {{core::ExitCode::unavailable, "sipd does not run"}},
          .examples = {{"sipctl ban list", "who is kept out, and by which rule"},
                       {"sipctl ban list --json", "the same for a script"}},
          .is_paged = true,
          .run = list_bans};
}

}  // namespace trunkline::commands
