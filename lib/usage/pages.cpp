// SPDX-License-Identifier: MIT
#include "usage/pages.h"

#include <fmt/format.h>

#include <algorithm>

namespace trunkline::usage {
namespace {

using alert::shown_size;

/// STO-06: what an administrator can do.
std::vector<std::string> recommendations(const View& view) {
  std::string policies = "Review the policies: retention policy list.";
  if (!view.changes.empty())
    policies += " What would help most: " + shown_change(view.changes.front()) + ".";
  return {policies,
          "Erase what nobody needs any more: retention plan shows it, retention sweep does it.",
          "Expand the storage, then raise the quota: trunkline config set retention.quota SIZE.",
          "Hold only what a case needs, and release what is over: retention hold list."};
}

alert::Section consumers(std::string title, const std::vector<Consumer>& all) {
  alert::Section section{.title = std::move(title), .table = {.head = {"Name", "Count", "Size"}}};
  for (const Consumer& consumer : all)
    section.table.rows.push_back({consumer.name, std::to_string(consumer.amount.recordings),
                                  shown_size(consumer.amount.bytes)});
  return section;
}

alert::Section sweep_section(const DailyFacts& facts, ShowTime shown) {
  alert::Section section{.title = "Erased in the last 24 hours"};
  if (!facts.knows_sweeps) section.text = "Nothing: no sweep is set up.";
  if (facts.knows_sweeps && facts.sweeps.empty()) section.text = "No sweep ran.";
  for (const SweepRun& run : facts.sweeps)
    section.facts.emplace_back(
        shown(run.started_at),
        fmt::format("{}: {}, {}, {}", run.outcome.empty() ? "runs" : run.outcome,
                    plural(run.recordings, "recording"), plural(run.calls, "call"),
                    shown_bytes(run.bytes)));
  std::string held = plural(facts.holds, "hold");
  if (facts.forgotten_holds > 0)
    held += fmt::format(", {} older than a year", facts.forgotten_holds);
  section.facts.emplace_back("Held", held);
  return section;
}

alert::Section failed_section(const DailyFacts& facts, ShowTime shown) {
  alert::Section section{
      .title = "Failed in the last 24 hours",
      .facts = {{"Recordings", std::to_string(facts.failed_count)},
                {"Refused ledger entries", std::to_string(facts.refused_entries)},
                {"Alerts nobody got", std::to_string(facts.undelivered)}}};
  section.table.head = {"Recording", "When", "What"};
  section.table.text_columns = 3;
  for (const FailedRecording& failed : facts.failed)
    section.table.rows.push_back({failed.id, shown(failed.started_at),
                                  failed.reason.empty()
                                      ? failed.status
                                      : fmt::format("{}: {}", failed.status, failed.reason)});
  return section;
}

}  // namespace

alert::Alert quota_alert(const View& view) {
  alert::Alert alert{.key = "quota", .level = level_of(view.usage.all.bytes, view.quota)};
  const int percent = percent_of(view.usage.all.bytes, view.quota);
  const bool is_normal = alert.level == alert::Level::normal;
  alert.subject = is_normal
                      ? fmt::format("recordings take {} % of the quota, below the warning", percent)
                      : fmt::format("recordings take {} % of the quota", percent);
  alert::Page page{
      .title = fmt::format("Recordings take {} % of the quota", percent),
      .level = alert.level,
      .lead = fmt::format("Usage: {}. Forecast: {}.", shown_usage(view), shown_forecast(view)),
      .link = link_of(view)};
  if (!is_normal) page.sections.push_back({.title = "What helps", .list = recommendations(view)});
  page.sections.push_back(consumers("Largest", view.usage.tenants));
  alert.text = to_text(page);
  alert.html = to_html(page);
  return alert;
}

alert::Page daily_page(const DailyFacts& facts, ShowTime shown) {
  const alert::Level level = level_of(facts.view.usage.all.bytes, facts.view.quota);
  alert::Page page{.title = fmt::format("Storage report of {}: {} % full", facts.host,
                                        percent_of(facts.view.usage.all.bytes, facts.view.quota)),
                   .level = level,
                   .lead = fmt::format("As of {}.", shown(facts.now)),
                   .link = link_of(facts.view)};
  page.sections.push_back(usage_section(facts.view));
  if (level != alert::Level::normal)
    page.sections.push_back({.title = "What helps", .list = recommendations(facts.view)});
  if (!facts.open.empty()) page.sections.push_back({.title = "Open alerts", .list = facts.open});
  page.sections.push_back(sweep_section(facts, shown));
  page.sections.push_back(failed_section(facts, shown));
  alert::Section done{.title = "Last done"};
  for (const Done& each : facts.done) done.facts.emplace_back(each.event, shown(each.at));
  if (done.facts.empty()) done.text = "No backup, drill or verification is in the audit log.";
  page.sections.push_back(std::move(done));
  page.sections.push_back(consumers("Tenants, largest first", facts.view.usage.tenants));
  page.sections.push_back(consumers("Devices, largest first", facts.view.usage.devices));
  return page;
}

}  // namespace trunkline::usage
