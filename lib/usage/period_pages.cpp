// SPDX-License-Identifier: MIT
#include "usage/period_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.h"
#include "usage/capacity.h"

namespace trunkline::usage {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr int kPerCent = 100;

std::string shown_day(core::Time at, const retention::Zone& zone) {
  return core::to_rfc3339(core::Time(retention::day_of(at, zone).time_since_epoch())).substr(0, 10);
}

std::int64_t days_in(const Span& span) {
  // A day on which the clock is set has 23 or 25 hours.
  return std::chrono::round<std::chrono::days>(span.until - span.since).count();
}

std::string percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "-" : fmt::format("{} %", part * kPerCent / whole);
}

/// "12 % more than the week before", "as many as the week before".
std::string compared(std::int64_t now, std::int64_t before, std::string_view what) {
  if (before == 0) return fmt::format("none {} to compare with", what);
  const std::int64_t change = (now - before) * kPerCent / before;
  if (change == 0) return fmt::format("as many as {}", what);
  return fmt::format("{} % {} than {}", std::abs(change), change > 0 ? "more" : "fewer", what);
}

alert::Section trend_section(const std::vector<Activity>& all, std::string_view first_column,
                             const retention::Zone& zone) {
  alert::Section section{.title = "Trend",
                         .table = {.head = {std::string(first_column), "Calls", "Answered",
                                            "Talk min", "Recordings", "Size", "Failed"}}};
  bool is_archived = false;
  for (const Activity& each : all) {
    is_archived = is_archived || each.is_archived;
    section.table.rows.push_back({shown_day(each.span.since, zone) + (each.is_archived ? " *" : ""),
                                  std::to_string(each.calls), percent(each.answered, each.calls),
                                  std::to_string(each.talk_ms / kMinuteMs),
                                  std::to_string(each.recordings), shown_bytes(each.bytes),
                                  std::to_string(each.failed)});
  }
  if (is_archived)
    section.text = "* without calls of archived months: cdrctl report --from-archive";
  return section;
}

alert::Section failures_section(const WeeklyFacts& facts) {
  alert::Section section{.title = "Recordings that failed",
                         .table = {.head = {"Why", "Recordings"}}};
  for (const Failure& failure : facts.failures)
    section.table.rows.push_back({failure.reason.empty()
                                      ? failure.status
                                      : fmt::format("{}: {}", failure.status, failure.reason),
                                  std::to_string(failure.count)});
  if (facts.failures.empty()) section.text = "None.";
  return section;
}

std::vector<std::vector<std::string>> rows_of(const std::vector<BackupRun>& runs, ShowTime shown) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(runs.size());
  for (const BackupRun& run : runs)
    rows.push_back({run.name, shown(run.at), run.is_good ? "good" : "NOT good",
                    core::to_clock_text(core::Seconds(run.took_ms / 1000))});
  return rows;
}

alert::Section backups_section(const WeeklyFacts& facts, ShowTime shown,
                               const retention::Zone& zone) {
  alert::Section section{.title = "Backups"};
  const auto good = std::count_if(facts.backups.begin(), facts.backups.end(),
                                  [](const BackupRun& run) { return run.is_good; });
  const std::int64_t missing = days_without_backup(facts.backups, facts.weeks.back().span, zone);
  section.facts = {{"Good", fmt::format("{} of {}", good, facts.backups.size())},
                   {"Days without a good one", std::to_string(missing)}};
  section.table = {.head = {"Backup", "Ended", "How", "Took"},
                   .rows = rows_of(facts.backups, shown),
                   .text_columns = 3};
  return section;
}

std::string scope_of(const retention::Hold& hold) {
  std::vector<std::string> parts;
  if (!hold.items.empty())
    parts.push_back(plural(static_cast<std::int64_t>(hold.items.size()), "id"));
  if (!hold.numbers.empty())
    parts.push_back(plural(static_cast<std::int64_t>(hold.numbers.size()), "number"));
  if (hold.campaign) parts.emplace_back("a campaign");
  if (hold.since || hold.until) parts.emplace_back("a time");
  return core::join(parts, ", ");
}

std::string state_of(const retention::Hold& hold, const Span& span, ShowTime shown) {
  if (hold.released_at && *hold.released_at < span.until)
    return "released " + shown(*hold.released_at);
  if (hold.added_at >= span.since && hold.added_at < span.until) return "new";
  return hold.ends_at ? "until " + shown(*hold.ends_at) : "holds";
}

alert::Section holds_section(const WeeklyFacts& facts, ShowTime shown) {
  alert::Section section{
      .title = "Holds",
      .table = {.head = {"Case", "Since", "Owner", "Scope", "State"}, .text_columns = 5}};
  const Span& week = facts.weeks.back().span;
  for (const retention::Hold& hold : facts.holds)
    section.table.rows.push_back({hold.case_name, shown(hold.added_at), hold.owner, scope_of(hold),
                                  state_of(hold, week, shown)});
  if (facts.holds.empty()) section.text = "None.";
  return section;
}

alert::Section policies_section(const MonthlyFacts& facts, ShowTime shown) {
  alert::Section section{
      .title = "Policies",
      .facts = {{"Without a policy",
                 fmt::format("recordings {} days, calls for ever", facts.fallback.count())}},
      .table = {.head = {"Policy", "Tenant", "Of", "Level", "Keeps"}, .text_columns = 5}};
  for (const PolicyLine& line : facts.policies)
    section.table.rows.push_back({line.policy.name, line.tenant,
                                  std::string(name_of(line.policy.kind)),
                                  std::string(name_of(line.policy.level)),
                                  retention::shown(line.policy.keep) +
                                      (line.policy.is_increase_only ? ", increase-only" : "")});
  for (const PolicyChange& change : facts.policy_changes)
    section.list.push_back(fmt::format("{}: {} {}", shown(change.at), change.who, change.what));
  section.facts.emplace_back(
      "Changed in the month",
      facts.policy_changes.empty()
          ? "none"
          : plural(static_cast<std::int64_t>(facts.policy_changes.size()), "time"));
  return section;
}

alert::Section readers_section(const MonthlyFacts& facts) {
  alert::Section section{.title = "Who opened recordings",
                         .table = {.head = {"Who", "Times", "Recordings"}}};
  for (const Reader& reader : facts.readers)
    section.table.rows.push_back(
        {reader.who, std::to_string(reader.times), std::to_string(reader.recordings)});
  if (facts.readers.empty()) section.text = "Nobody.";
  return section;
}

alert::Section audit_section(const MonthlyFacts& facts) {
  alert::Section section{.title = "Audit log", .table = {.head = {"Event", "Lines"}}};
  section.facts = {
      {"Chain", facts.audit_broken
                    ? fmt::format("BROKEN at line {}: trunkline audit verify", *facts.audit_broken)
                    : fmt::format("whole over the {} of the month",
                                  plural(static_cast<std::int64_t>(facts.audit_lines), "line"))}};
  for (const EventCount& each : facts.events)
    section.table.rows.push_back({each.event, std::to_string(each.count)});
  return section;
}

alert::Section drills_section(const MonthlyFacts& facts, ShowTime shown) {
  alert::Section section{.title = "Restore tests",
                         .table = {.head = {"Backup", "Ended", "How", "Took"},
                                   .rows = rows_of(facts.drills, shown),
                                   .text_columns = 3}};
  if (facts.drills.empty()) section.text = "None: trunkline drill, or trunkline-drill.timer.";
  return section;
}

alert::Section capacity_section(const MonthlyFacts& facts, ShowTime shown) {
  const Activity& month = facts.months.back();
  const std::int64_t days = std::max<std::int64_t>(days_in(month.span), 1);
  alert::Section section{.title = "Capacity"};
  section.facts = {{"Calls a day", std::to_string(month.calls / days)},
                   {"Busiest hour", facts.busiest_hour_calls == 0
                                        ? "none"
                                        : fmt::format("{}, {}", shown(facts.busiest_hour),
                                                      plural(facts.busiest_hour_calls, "call"))},
                   {"Recorded a day", shown_bytes(month.bytes / days)},
                   {"Usage", shown_usage(facts.view)},
                   {"Forecast", shown_forecast(facts.view)},
                   {"A quota with room", alert::shown_size(quota_for(facts.view.usage.all.bytes))}};
  if (!facts.view.changes.empty())
    section.facts.emplace_back("Would help most", shown_change(facts.view.changes.front()));
  return section;
}

}  // namespace

std::int64_t days_without_backup(const std::vector<BackupRun>& backups, const Span& span,
                                 const retention::Zone& zone) {
  std::set<std::chrono::sys_days> covered;
  for (const BackupRun& run : backups)
    if (run.is_good && run.at >= span.since && run.at < span.until)
      covered.insert(retention::day_of(run.at, zone));
  return days_in(span) - static_cast<std::int64_t>(covered.size());
}

alert::Page weekly_page(const WeeklyFacts& facts, ShowTime shown, const retention::Zone& zone) {
  const Activity& week = facts.weeks.back();
  const std::int64_t before =
      facts.weeks.size() > 1 ? facts.weeks[facts.weeks.size() - 2].calls : 0;
  const bool is_well = week.failed == 0 && days_without_backup(facts.backups, week.span, zone) == 0;
  alert::Page page{
      .title = fmt::format("Week of {} at {}", shown_day(week.span.since, zone), facts.host),
      .level = is_well ? alert::Level::normal : alert::Level::warning,
      .lead = fmt::format("{}, {}; {}, {} failed.", plural(week.calls, "call"),
                          compared(week.calls, before, "the week before"),
                          plural(week.recordings, "recording"), week.failed),
      .link = link_of(facts.view)};
  page.sections = {trend_section(facts.weeks, "Week of", zone), usage_section(facts.view),
                   failures_section(facts), backups_section(facts, shown, zone),
                   holds_section(facts, shown)};
  return page;
}

alert::Page monthly_page(const MonthlyFacts& facts, ShowTime shown, const retention::Zone& zone) {
  const Activity& month = facts.months.back();
  const std::int64_t before =
      facts.months.size() > 1 ? facts.months[facts.months.size() - 2].calls : 0;
  const bool is_tested = std::any_of(facts.drills.begin(), facts.drills.end(),
                                     [](const BackupRun& run) { return run.is_good; });
  alert::Page page{.title = fmt::format("Month of {} at {}",
                                        shown_day(month.span.since, zone).substr(0, 7), facts.host),
                   .level = facts.audit_broken ? alert::Level::critical
                            : is_tested        ? alert::Level::normal
                                               : alert::Level::warning,
                   .lead = fmt::format("{}, {}.", plural(month.calls, "call"),
                                       compared(month.calls, before, "the month before")),
                   .link = link_of(facts.view)};
  page.sections = {trend_section(facts.months, "Month from", zone),
                   capacity_section(facts, shown),
                   policies_section(facts, shown),
                   readers_section(facts),
                   audit_section(facts),
                   drills_section(facts, shown)};
  return page;
}

}  // namespace trunkline::usage
