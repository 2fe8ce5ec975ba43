// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

bool is_on(const std::string& word) {
  if (word == "on") return true;
  if (word == "off") return false;
  throw core::Error(core::ExitCode::usage, fmt::format("cannot switch a recording to '{}'", word),
                    "say on or off");
}

core::ExitCode switch_recording(cli::Context& context) {
  const bool wanted = is_on(context.value("SWITCH"));
  control::Client client = sipd(context);
  core::Json done = core::value_or_throw(
      client.call("call.record", {{"call", context.value("CALL")}, {"is_on", wanted}}));
  context.out().record("call_record.v1",
                       {{"call", core::text_at(done, "call")},
                        {"recording", core::text_at(done, "recording")},
                        {"switched", wanted ? "on" : "off"}},
                       std::move(done));
  return core::ExitCode::done;
}

}  // namespace

cli::Command call_record() {
  return {.path = "call record",
          .summary = "record a live call, or stop recording it",
          .description =
              "Switches the recording of a connected call on or off. A call has one file: while "
              "off, there is silence in it, and the journal says who switched it and when. A call "
              "that its device or tenant wants recorded cannot be switched off.",
          .arguments = {call_argument(), {.name = "SWITCH", .help = "on or off"}},
          .exits = {{core::ExitCode::no_input, "there is no such call"},
                    {core::ExitCode::unavailable,
                     "the call is not connected, its relay cannot "
                     "record, or sipd does not run"},
                    {core::ExitCode::no_permission, "the call must be recorded"}},
          .examples = {{"sipctl call record last on", "the call that began last"},
                       {"sipctl call record 5f2a91c0 off", "by the end of its id"}},
          .run = switch_recording};
}

}  // namespace trunkline::commands
