// SPDX-License-Identifier: MIT
#include "retention/sweep.h"

#include <fmt/format.h>

#include "archive/items.h"
#include "archive/sweep.h"
#include "core/text.h"
#include "retention/commands.h"
#include "retention/due.h"
#include "retention/locations.h"
#include "retention/site.h"
#include "retention/workplace.h"

namespace trunkline::commands {
namespace {

using core::ExitCode;
using retention::Kind;

// Backups are kept half a year; what was erased is known for as long as it could come back.
constexpr core::Seconds kRemembered = std::chrono::hours(24 * 1100);

struct Answer {
  std::optional<core::Uuid> run = {};
  retention::Survey survey = {};
  retention::Erased erased = {};
  bool is_dry = false;
  bool is_limited = false;
  std::string mirror = "none";
};

void print_answer(cli::Context& context, const Answer& answer) {
  cli::Output& out = context.out();
  const retention::Survey& survey = answer.survey;
  core::Json object;
  if (answer.run) object["run"] = answer.run->text();
  object.update({{"is_dry_run", answer.is_dry},
                 {"due_recordings", survey.due(Kind::recording)},
                 {"due_calls", survey.due(Kind::call)},
                 {"due_bytes", survey.due_bytes},
                 {"recordings", answer.erased.recordings},
                 {"calls", answer.erased.calls},
                 {"missing", answer.erased.missing},
                 {"failed", answer.erased.failed},
                 {"is_limited", answer.is_limited},
                 {"mirror", answer.mirror},
                 {"withheld", core::Json::array()},
                 {"released", core::Json::array()}});
  std::vector<cli::Field> fields;
  if (answer.is_dry) {
    fields.push_back({"would erase", shown(out, survey.due(Kind::recording), survey.due_bytes,
                                           survey.due(Kind::call))});
  } else {
    fields.push_back(
        {"erased", fmt::format("{} recordings, {} calls", out.count(answer.erased.recordings),
                               out.count(answer.erased.calls))});
    fields.push_back({"was due", shown(out, survey.due(Kind::recording), survey.due_bytes,
                                       survey.due(Kind::call))});
  }
  if (answer.erased.missing > 0)
    fields.push_back({"without a file", {out.count(answer.erased.missing), cli::Color::yellow}});
  if (answer.erased.failed > 0)
    fields.push_back(
        {"not erased",
         {fmt::format("{}: {}", answer.erased.failed, core::printable(answer.erased.first_fault)),
          cli::Color::red}});
  for (const auto& row : survey.withheld) {
    object["withheld"].push_back({{"kind", name_of(row.kind)},
                                  {"fate", name_of(row.fate)},
                                  {"because", row.reason},
                                  {"count", row.total.count},
                                  {"bytes", row.total.bytes}});
    fields.push_back({"withheld", fmt::format("{} {}s {}: {}", out.count(row.total.count),
                                              name_of(row.kind), name_of(row.fate), row.reason)});
  }
  for (const auto& [hold, total] : survey.released) {
    object["released"].push_back({{"case", hold}, {"count", total.count}, {"bytes", total.bytes}});
    fields.push_back({"released", fmt::format("{} were kept beyond their time for '{}'",
                                              out.count(total.count), hold)});
  }
  if (answer.run) fields.push_back({"run", answer.run->text()});
  out.record("sweep.v1", fields, std::move(object));
}

/// Without writing anything anywhere: the connection and the location refuse it.
ExitCode run_dry(cli::Context& context, core::Time now) {
  db::Connection connection = open_retention(context, "sweep --dry-run", true);
  const retention::Planner planner(retention::load_rules(connection, default_days(context)));
  const auto location = open_dry_recordings(context);
  archive::Items items(connection, archive_folder(context));
  Answer answer{.survey = retention::survey(connection, planner, now, items), .is_dry = true};
  for (const retention::Erasure& erasure : answer.survey.recordings) {
    if (erasure.path.empty()) continue;
    const auto name = storage::Name::parse(erasure.path);
    if (!name || !location->remove(*name).value_or(true)) ++answer.erased.missing;
  }
  const auto journal = core::value_or_throw(
      retention::look_at_journal(context.config().text("retention.state_dir")));
  const auto facts = retention::facts_of(connection, answer.survey, now,
                                         journal ? journal->last_sweep : std::nullopt);
  for (const std::string& objection : retention::objections(
           facts, {.most_percent = context.config().integer("retention.most_share")}))
    context.warn("it would stop and ask: " + objection);
  print_answer(context, answer);
  return warn_of_months(context, items.unreached()) ? ExitCode::partly : ExitCode::done;
}

/// In the database, then in archived months.
retention::Erased erase_due(Workplace& place, const Answer& answer, core::Time now,
                            retention::SweepOptions options, archive::Items& items) {
  retention::Erased all =
      retention::sweep(place.parts(), *answer.run, now, options, answer.survey, items);
  if (options.limit != 0) {
    const std::uint64_t taken = all.recordings + all.calls;
    if (taken >= options.limit) return all;
    options.limit -= taken;
  }
  const archive::Swept swept =
      archive::sweep(place.parts(), *answer.run, place.archives(), now, options);
  place.note_unreached(swept.reached.unreached);
  place.note_reached(swept.reached.months);
  return all += swept.erased;
}

/// Whether the sweep may go on: asked where somebody is there to answer, refused by a timer's.
bool may_go_on(cli::Context& context, Workplace& place, core::Time now,
               const retention::Survey& survey) {
  const auto facts =
      retention::facts_of(place.database(), survey, now, place.journal().last_sweep());
  const auto objections = retention::objections(
      facts, {.most_percent = context.config().integer("retention.most_share")});
  const bool is_asked = !context.has("--if-due");
  if (!objections.empty() && !is_asked && !context.flags().assume_yes) {
    place.refuse(now, core::join(objections, "; "));
    throw core::Error(ExitCode::no_permission,
                      "stopped before anything was erased: " + core::join(objections, "; "),
                      "look at it: retention plan; where it is right: retention sweep --yes");
  }
  for (const std::string& objection : objections) context.warn(objection);
  if (!is_asked) return true;
  return context.confirm(fmt::format(
      "erase {} for good?",
      shown(context.out(), survey.due(Kind::recording), survey.due_bytes, survey.due(Kind::call))));
}

bool is_due(cli::Context& context, core::Time now) {
  const auto journal = core::value_or_throw(
      retention::look_at_journal(context.config().text("retention.state_dir")));
  const auto last = journal ? journal->last_sweep : std::nullopt;
  if (retention::is_due(now, last, retention::local_zone)) return true;
  context.note(fmt::format("not due before {}",
                           core::to_rfc3339(retention::next_due(now, retention::local_zone))));
  return false;
}

ExitCode run_sweep(cli::Context& context) {
  const core::Time now = core::system_clock().wall();
  if (context.has("--if-due") && !is_due(context, now)) return ExitCode::done;
  if (context.has("--dry-run")) return run_dry(context, now);
  Workplace place(context, "sweep");
  place.resume(now);
  place.reapply_if_restored(now);
  const retention::SweepOptions options{.fallback = default_days(context),
                                        .limit = context.number("--limit").value_or(0)};
  archive::Items items(place.database(), place.archives());
  const retention::Planner planner(retention::load_rules(place.database(), options.fallback));
  Answer answer{.run = core::Uuid::make(now),
                .survey = retention::survey(place.database(), planner, now, items)};
  place.note_unreached(items.unreached());
  if (!may_go_on(context, place, now, answer.survey)) return ExitCode::failed;
  answer.erased =
      place.run(*answer.run, retention::RunKind::sweep, now, answer.survey.withheld_count(),
                [&] { return erase_due(place, answer, now, options, items); });
  const std::uint64_t due = answer.survey.due(Kind::recording) + answer.survey.due(Kind::call);
  answer.is_limited = options.limit != 0 && due > options.limit;
  const bool is_archived = place.archive_again(now);
  const bool is_mirrored = place.refresh_mirror();
  if (!context.config().text("recording.key_mirror").empty())
    answer.mirror = is_mirrored ? "current" : "behind";
  if (!answer.is_limited) place.journal().note_sweep(now);
  (void)place.journal().forget(now - kRemembered);
  print_answer(context, answer);
  const bool is_whole = answer.erased.failed == 0 && is_mirrored && is_archived;
  return is_whole && place.unreached().empty() ? ExitCode::done : ExitCode::partly;
}

}  // namespace

cli::Command sweep() {
  std::vector<cli::ExitNote> exits = erasing_exits();
  exits.push_back({ExitCode::no_permission,
                   "it looks unlike a sweep: more than retention.most_share would go, or a clock "
                   "seems to be wrong"});
  return {
      .path = "sweep",
      .summary = "erase what is beyond its time",
      .description =
          "Erases recordings, and calls where a policy speaks of them: the data key first, then "
          "the file, then the row, each of it in the audit log. What a case holds stays, and so "
          "does what something that stays was made of; both are told with the reason. It can be "
          "stopped at any moment, by kill -9 or a power cut: the next one ends what was begun.\n\n"
          "Calls of archived months go, too: such a month is brought back, erased in and archived "
          "again; a month in which nothing is due is not touched. Where nothing but the archive "
          "knows whose a recording is, it is asked; where it cannot be read, the longest policy "
          "that may concern the recording counts.\n\n"
          "A sweep that would take more than retention.most_share of everything, or that comes "
          "after a pause of more than a week, or beside a database whose clock differs, asks "
          "first: the clock may have been set ahead. --yes answers.\n\n"
          "--if-due is for a timer that runs hourly: it does nothing until two o'clock of this "
          "place has passed since the last sweep, asks nothing, and ends with an error where it "
          "would have to ask.",
      .options = {{.name = "--if-due", .help = "only if it is due since two o'clock local time"},
                  {.name = "--dry-run", .help = "show what would go, and change nothing"},
                  {.name = "--limit", .help = "erase at most so many things", .value = "N"},
                  adopt_option()},
      .exits = std::move(exits),
      .examples = {{"retention sweep --dry-run", "what would go, what stays and why"},
                   {"retention sweep", "shows how much, asks, erases"},
                   {"retention sweep --if-due", "as trunkline-sweep.timer runs it"}},
      .run = run_sweep};
}

}  // namespace trunkline::commands
