// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <set>

#include "cdr/query.h"
#include "cdrctl/call.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"

namespace trunkline::commands {
namespace {

cdr::Filter filter_of(cli::Context& context) {
  if (context.has("--live") && context.has("--ended")) {
    throw core::Error(core::ExitCode::usage, "cannot list only live and only ended calls at once",
                      "give one of --live and --ended");
  }
  cdr::Filter filter{.since = moment(context, "--since"),
                     .until = moment(context, "--until"),
                     .caller = context.value("--caller"),
                     .called = context.value("--called"),
                     .number = context.value("--number"),
                     .disposition = context.value("--disposition"),
                     .limit = context.number("--limit").value_or(0)};
  if (context.has("--live")) filter.is_live = true;
  if (context.has("--ended")) filter.is_live = false;
  return filter;
}

void print(cli::Output& out, const cdr::Call& call) {
  out.row({out.time(call.started_at), shown(call.caller),
           call.called.name.empty() ? cli::Cell(call.dialled) : cli::Cell(shown(call.called)),
           outcome(call), call.sip_status ? std::to_string(*call.sip_status) : "",
           call.talk_ms ? out.duration(core::Milliseconds(*call.talk_ms)) : "",
           call.recording ? "yes" : "", short_id(out, call.call.text())},
          cdr::to_json(call));
}

/// The newest entry of each call in sipd's journal.
void list_from_journal(cli::Context& context, const cdr::Filter& filter) {
  std::set<core::CallRef> seen;
  std::uint64_t given = 0;
  constexpr int kEntries = 5'000;
  const auto take = [&](const core::Json& entry) {
    const auto body = entry.find("body");
    if (!core::text_at(entry, "kind").starts_with("call.") || body == entry.end()) return;
    const core::Result<cdr::Call> call = cdr::parse_call(*body);
    if (!call || !seen.insert(call->call).second || !cdr::passes(filter, *call)) return;
    if (filter.limit == 0 || given++ < filter.limit) print(context.out(), *call);
  };
  core::value_or_throw(sipd(context).call("journal.recent", {{"limit", kEntries}}, take));
}

core::ExitCode run(cli::Context& context) {
  cdr::Filter filter = filter_of(context);
  context.out().table("cdr.v1", {{"STARTED"},
                                 {"CALLER"},
                                 {"CALLED"},
                                 {"OUTCOME"},
                                 {"SIP", cli::Align::right},
                                 {"TALK", cli::Align::right},
                                 {"RECORDED"},
                                 {"CALL"}});
  with_ledger(
      context, "list",
      [&](db::Connection& connection) {
        filter.tenant = chosen_tenant(context, connection);
        cdr::for_each_call(connection, filter, [&](const cdr::Call& call) {
          print(context.out(), call);
          return true;
        });
      },
      [&] {
        if (context.has("--tenant")) {
          throw core::Error(core::ExitCode::unavailable,
                            "cannot look up the tenant without PostgreSQL", "leave --tenant away");
        }
        list_from_journal(context, filter);
      });
  return core::ExitCode::done;
}

}  // namespace

cli::Command list() {
  std::vector<cli::Option> options = list_options();
  options.insert(options.begin() + 2,
                 {{.name = "--caller", .help = "number or name of the caller", .value = "NUMBER"},
                  {.name = "--called",
                   .help = "number, name or dialled digits of the called",
                   .value = "NUMBER"},
                  {.name = "--disposition",
                   .help = "only calls that ended so",
                   .value = "NAME",
                   .choices = {"answered", "busy", "missed", "rejected", "cancelled", "failed",
                               "refused", "interrupted"}},
                  {.name = "--live", .help = "only calls that have not ended"},
                  {.name = "--ended", .help = "only calls that have ended"}});
  return {
      .path = "list",
      .summary = "list calls, newest first",
      .description =
          "Lists the calls of the ledger, live ones too. While PostgreSQL is away it lists what "
          "this host's sipd has in its journal, and says so.",
      .options = std::move(options),
      .exits = {{core::ExitCode::unavailable, "neither PostgreSQL nor sipd can be reached"}},
      .examples = {{"cdrctl list --since today", "today's calls"},
                   {"cdrctl list --caller 101 --disposition missed --limit 0 --json",
                    "all that 101 tried in vain, for a script"}},
      .is_paged = true,
      .run = run};
}

}  // namespace trunkline::commands
