// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "catalogue/recordings.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "cdrctl/recording.h"

namespace trunkline::commands {
namespace {

void print_with_accesses(cli::Context& context, const catalogue::Recording& recording,
                         const std::vector<catalogue::Access>& accesses) {
  cli::Output& out = context.out();
  core::Json object = catalogue::to_json(recording);
  std::vector<cli::Field> fields = fields_of(out, recording);
  object["accesses"] = core::Json::array();
  for (const catalogue::Access& access : accesses) {
    object["accesses"].push_back({{"at", core::to_rfc3339(access.at)},
                                  {"who", access.who},
                                  {"why", access.why},
                                  {"from", access.from}});
    fields.push_back(
        {"accessed", fmt::format("{} by {}: {}", out.time(access.at), access.who, access.why)});
  }
  out.record("recording.v1", fields, std::move(object));
}

core::ExitCode show_recording(cli::Context& context) {
  const std::string which = context.value("RECORDING");
  with_ledger(
      context, "recording show",
      [&](db::Connection& connection) {
        const catalogue::Recording recording =
            core::value_or_throw(catalogue::find_recording(connection, which));
        print_with_accesses(context, recording,
                            catalogue::accesses_of(connection, recording.recording));
      },
      [&] { print_with_accesses(context, find_at_recorderd(context, which), {}); });
  return core::ExitCode::done;
}

}  // namespace

cli::Command recording_show() {
  return {.path = "recording show",
          .summary = "show a recording and who accessed it",
          .arguments = {{.name = "RECORDING",
                         .help = "id of it or its call, or the end; SIP Call-ID, number, or last"}},
          .exits = {{core::ExitCode::no_input, "there is no such recording"}},
          .examples = {{"cdrctl recording show last", "the recording that began last"},
                       {"cdrctl recording show 101 --json | jq .accesses",
                        "who listened to 101's last recording"}},
          .is_paged = true,
          .run = show_recording};
}

}  // namespace trunkline::commands
