// SPDX-License-Identifier: MIT
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

void add_party(std::vector<cli::Field>& fields, const core::Json& call, std::string_view side) {
  fields.push_back({std::string(side), shown_party(call, side)});
  const auto party = call.find(std::string(side));
  if (party == call.end()) return;
  for (const std::string_view key : {"dialled", "address", "user_agent", "call_id"}) {
    std::string text = core::text_at(*party, key);
    if (!text.empty()) fields.push_back({std::string(side) + " " + std::string(key), text});
  }
}

std::vector<cli::Field> fields_of_call(const cli::Output& out, const core::Json& call) {
  std::vector<cli::Field> fields{{"call", core::text_at(call, "call")},
                                 {"state", core::text_at(call, "state")}};
  add_party(fields, call, "caller");
  add_party(fields, call, "called");
  fields.push_back({"rule", core::text_at(call, "rule")});
  for (const std::string_view key : {"started_at", "ringing_at", "answered_at"}) {
    const std::string moment = core::text_at(call, key);
    if (!moment.empty()) fields.push_back({std::string(key), out.time(moment)});
  }
  fields.push_back(
      {"duration", out.duration(core::Milliseconds(core::number_at(call, "duration_ms")))});
  const std::string recording = core::text_at(call, "recording");
  fields.push_back({"recording", recording.empty() ? "none" : recording});
  return fields;
}

core::ExitCode show_live_call(cli::Context& context) {
  const core::Json call =
      core::value_or_throw(sipd(context).call("call.show", {{"call", context.value("CALL")}}));
  context.out().record("live_call.v1", fields_of_call(context.out(), call), call);
  return core::ExitCode::done;
}

}  // namespace

cli::Command call_show() {
  return {.path = "call show",
          .summary = "show a live call",
          .description =
              "Shows what sipd knows of a call that is not over. Calls that have ended "
              "are in the ledger: cdrctl show.",
          .arguments = {call_argument()},
          .exits = {{core::ExitCode::no_input, "there is no such call"},
                    {core::ExitCode::unavailable, "sipd does not run"}},
          .examples = {{"sipctl call show last", "the call that began last"},
                       {"sipctl call show 5f2a91c0 --json", "one call, for a script"}},
          .is_paged = true,
          .run = show_live_call};
}

}  // namespace trunkline::commands
