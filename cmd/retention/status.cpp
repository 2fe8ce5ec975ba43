// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "retention/commands.h"
#include "retention/due.h"
#include "retention/site.h"
#include "retention/storage.h"
#include "retention/workplace.h"

namespace trunkline::commands {
namespace {

constexpr std::uint64_t kRuns = 10;

void add_last(cli::Output& out, const retention::Run& run, std::vector<cli::Field>& fields) {
  const bool is_good = run.outcome == "done";
  fields.push_back({"last sweep", out.time(run.started_at) + " by " + run.who});
  fields.push_back({"outcome",
                    {(run.outcome.empty() ? "running" : run.outcome) +
                         (run.message.empty() ? "" : ": " + run.message),
                     is_good ? cli::Color::green : cli::Color::yellow}});
  fields.push_back({"erased", shown(out, static_cast<std::uint64_t>(run.recordings), run.bytes,
                                    static_cast<std::uint64_t>(run.calls))});
  fields.push_back({"withheld", out.count(static_cast<std::uint64_t>(run.withheld))});
  fields.push_back({"errors", out.count(static_cast<std::uint64_t>(run.failed))});
}

void add_usage(const usage::View& view, std::vector<cli::Field>& fields, core::Json& object) {
  fields.push_back({"usage", shown_usage(view)});
  fields.push_back({"forecast", shown_forecast(view)});
  object["bytes"] = view.usage.all.bytes;
  object["quota_bytes"] = view.quota.bytes;
  object["level"] = name_of(level_of(view.usage.all.bytes, view.quota));
}

/// What the erasure journal tells, where whoever asks may read it: it is the timer's user's.
retention::JournalState journal_of(cli::Context& context) {
  const auto journal = retention::look_at_journal(context.config().text("retention.state_dir"));
  if (!journal) context.note(journal.error().message);
  return journal.value_or(std::nullopt).value_or(retention::JournalState{});
}

std::optional<core::Time> last_completed(const std::vector<retention::Run>& runs) {
  for (const retention::Run& run : runs)
    if (run.outcome == "done" || run.outcome == "partly") return run.started_at;
  return std::nullopt;
}

core::ExitCode show_status(cli::Context& context) {
  const core::Time now = core::system_clock().wall();
  db::Connection connection = db::open_to_read(context.config(), "retention status");
  const auto runs = retention::last_runs(connection, retention::RunKind::sweep, kRuns);
  const retention::JournalState journal = journal_of(context);
  const auto last = journal.last_sweep ? journal.last_sweep : last_completed(runs);
  const bool is_due = retention::is_due(now, last, retention::local_zone);
  const core::Time next = is_due ? now : retention::next_due(now, retention::local_zone);
  cli::Output& out = context.out();
  core::Json object{{"is_due", is_due},
                    {"next_due", core::to_rfc3339(next)},
                    {"erased", journal.done},
                    {"begun", journal.begun},
                    {"runs", core::Json::array()}};
  if (last) object["last_completed"] = core::to_rfc3339(*last);
  std::vector<cli::Field> fields;
  for (const retention::Run& one : runs) object["runs"].push_back(to_json(one));
  if (runs.empty()) fields.push_back({"last sweep", "never"});
  if (!runs.empty()) add_last(out, runs.front(), fields);
  fields.push_back({"next", is_due ? "due now" : out.time(next)});
  if (journal.begun > 0)
    fields.push_back(
        {"begun",
         {fmt::format("{} erasures wait for the next run", journal.begun), cli::Color::yellow}});
  add_usage({.usage = usage::load_usage(connection, now, std::nullopt, 0),
             .quota = quota_of(context.config())},
            fields, object);
  out.record("retention_status.v1", fields, std::move(object));
  return core::ExitCode::done;
}

}  // namespace

cli::Command status() {
  return {.path = "status",
          .summary = "show when the last sweep ran, what it did, and when the next is due",
          .exits = {{core::ExitCode::unavailable, "the database is away"}},
          .examples = {{"retention status", "the last sweep and the next"},
                       {"retention status --json | jq .runs[0].outcome", "for monitoring"}},
          .run = show_status};
}

}  // namespace trunkline::commands
