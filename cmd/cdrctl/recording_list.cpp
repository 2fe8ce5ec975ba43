// SPDX-License-Identifier: MIT
#include "catalogue/recordings.h"
#include "cdrctl/call.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "cdrctl/recording.h"

namespace trunkline::commands {
namespace {

void print_recording(cli::Output& out, const catalogue::Recording& recording) {
  out.row({out.time(recording.started_at), recording.caller, recording.called, status_of(recording),
           recording.duration_ms ? out.duration(core::Milliseconds(*recording.duration_ms)) : "",
           recording.bytes ? out.size(core::ByteCount(static_cast<std::uint64_t>(*recording.bytes)))
                           : "",
           short_id(out, recording.recording.text()), short_id(out, recording.call.text())},
          catalogue::to_json(recording));
}

void list_at_recorderd(cli::Context& context, std::uint64_t limit) {
  const auto take = [&](const core::Json& body) {
    if (const auto recording = catalogue::parse_recording(body))
      print_recording(context.out(), *recording);
  };
  core::value_or_throw(
      recorderd(context).call("recording.list", {{"limit", limit == 0 ? 1'000'000 : limit}}, take));
}

core::ExitCode list_recordings(cli::Context& context) {
  catalogue::Filter filter{.since = moment(context, "--since"),
                           .until = moment(context, "--until"),
                           .number = context.value("--number"),
                           .status = context.value("--status"),
                           .limit = context.number("--limit").value_or(0)};
  context.out().table("recording.v1", {{"STARTED"},
                                       {"CALLER"},
                                       {"CALLED"},
                                       {"STATUS"},
                                       {"LENGTH", cli::Align::right},
                                       {"SIZE", cli::Align::right},
                                       {"RECORDING"},
                                       {"CALL"}});
  with_ledger(
      context, "recording list",
      [&](db::Connection& connection) {
        filter.tenant = chosen_tenant(context, connection);
        catalogue::for_each_recording(connection, filter,
                                      [&](const catalogue::Recording& recording) {
                                        print_recording(context.out(), recording);
                                        return true;
                                      });
      },
      [&] {
        for (const char* option : {"--since", "--until", "--number", "--status", "--tenant"}) {
          if (!context.has(option)) continue;
          throw core::Error(core::ExitCode::unavailable,
                            "cannot select recordings without PostgreSQL",
                            "give --limit only, to list what recorderd knows");
        }
        list_at_recorderd(context, filter.limit);
      });
  return core::ExitCode::done;
}

}  // namespace

cli::Command recording_list() {
  std::vector<cli::Option> options = list_options();
  options.insert(options.begin() + 3, {.name = "--status",
                                       .help = "only recordings that are so",
                                       .value = "NAME",
                                       .choices = {"recording", "complete", "truncated", "failed",
                                                   "unsupported", "erased"}});
  return {
      .path = "recording list",
      .summary = "list recordings, newest first",
      .description =
          "Lists what was recorded and how it went. While PostgreSQL is away it lists "
          "what this host's recorderd knows, and says so.",
      .options = std::move(options),
      .exits = {{core::ExitCode::unavailable, "neither PostgreSQL nor recorderd can be reached"}},
      .examples = {{"cdrctl recording list --since today", "today's recordings"},
                   {"cdrctl recording list --status failed --json",
                    "what could not be recorded, for a script"}},
      .is_paged = true,
      .run = list_recordings};
}

}  // namespace trunkline::commands
