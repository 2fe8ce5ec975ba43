// SPDX-License-Identifier: MIT
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_live_calls(cli::Context& context) {
  cli::Output& out = context.out();
  out.table("live_call.v1", {{"STARTED"},
                             {"CALLER"},
                             {"CALLED"},
                             {"STATE"},
                             {"DURATION", cli::Align::right},
                             {"RECORDED"},
                             {"CALL"}});
  core::value_or_throw(sipd(context).call("call.list", {}, [&](const core::Json& call) {
    const std::string state = core::text_at(call, "state");
    out.row({out.time(core::text_at(call, "started_at")), shown_party(call, "caller"),
             shown_party(call, "called"),
             cli::Cell(state, state == "connected" ? cli::Color::green : cli::Color::yellow),
             out.duration(core::Milliseconds(core::number_at(call, "duration_ms"))),
             core::text_at(call, "recording").empty() ? "no" : "yes",
             shown_id(out, core::text_at(call, "call"))},
            call);
  }));
  return core::ExitCode::done;
}

}  // namespace

cli::Command call_list() {
  return {.path = "call list",
          .summary = "list the live calls",
          .description =
              "Lists the calls of this moment, asked from sipd itself. Calls that have "
              "ended are in the ledger: cdrctl list.",
          .exits = {{core::ExitCode::unavailable, "sipd does not run"}},
          .examples = {{"sipctl call list", "who talks to whom now"},
                       {"sipctl call list | cut -f7 | xargs -r -n1 sipctl call hangup",
                        "end every call"}},
          .is_paged = true,
          .run = list_live_calls};
}

}  // namespace trunkline::commands
