// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "archive/items.h"
#include "db/tool.h"
#include "retention/commands.h"
#include "retention/site.h"

namespace trunkline::commands {
namespace {

using retention::Kind;

std::string policy_name(const std::string& policy, Kind kind) {
  if (!policy.empty()) return policy;
  return kind == Kind::call ? "-" : "retention.default_days";
}

std::string bytes_shown(const cli::Output& out, std::int64_t bytes) {
  return out.size(core::ByteCount(static_cast<std::uint64_t>(std::max<std::int64_t>(0, bytes))));
}

void print_item(cli::Output& out, const retention::Item& item, const retention::Decision& decision,
                const retention::Planner& planner) {
  core::Json object = item_json(item, name_of(decision.fate));
  object["bytes"] = item.bytes;
  if (decision.until) object["until"] = core::to_rfc3339(*decision.until);
  const std::vector<std::string> reasons = planner.reasons(item, decision);
  object["because"] = reasons;
  if (!item.month.empty()) object["month"] = item.month;
  out.row({out.time(item.ended_at), name_of(item.kind), name_of(decision.fate),
           bytes_shown(out, item.bytes), item.id.text(), item.month,
           reasons.empty() ? "" : reasons.front()},
          std::move(object));
}

core::ExitCode show_plan(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "retention plan");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const retention::Planner planner(retention::load_rules(connection, default_days(context)));
  const core::Time now = moment(context, "--at").value_or(core::system_clock().wall());
  cli::Output& out = context.out();
  archive::Items items(connection, archive_folder(context));
  if (context.has("--list")) {
    out.table("retention_item.v1", item_columns());
    (void)retention::make_plan(connection, planner, now, items,
                               [&](const auto& item, const auto& decision) {
                                 print_item(out, item, decision, planner);
                               });  // the sums are what is shown without --list
    return warn_of_months(context, items.unreached()) ? core::ExitCode::partly
                                                      : core::ExitCode::done;
  }
  const retention::Plan plan = retention::make_plan(connection, planner, now, items);
  const Names names(connection);
  out.table("retention_plan.v1", {{"TENANT"},
                                  {"KIND"},
                                  {"POLICY"},
                                  {"FATE"},
                                  {"COUNT", cli::Align::right},
                                  {"SIZE", cli::Align::right}});
  for (const retention::Plan::Row& row : plan.rows)
    out.row({names.of(row.tenant), name_of(row.kind), policy_name(row.policy, row.kind),
             name_of(row.fate), out.count(row.total.count), bytes_shown(out, row.total.bytes)},
            {{"tenant", row.tenant.text()},
             {"kind", name_of(row.kind)},
             {"policy", policy_name(row.policy, row.kind)},
             {"fate", name_of(row.fate)},
             {"count", row.total.count},
             {"bytes", row.total.bytes}});
  for (const Kind kind : {Kind::recording, Kind::call}) {
    const retention::Total all = retention::total_of(connection, kind, items);
    const retention::Total due = plan.due(kind);
    context.note(
        fmt::format("{} of {} {}s go with the next sweep", due.count, all.count, name_of(kind)));
  }
  return warn_of_months(context, items.unreached()) ? core::ExitCode::partly : core::ExitCode::done;
}

}  // namespace

cli::Command plan() {
  return {.path = "plan",
          .summary = "show what a sweep would erase",
          .description =
              "Changes nothing. Shows by policy what is due, and what is beyond its time but held "
              "by a case, or bound because something that belongs to it has to stay. Calls of "
              "archived months are read from their files, where a policy may end their time.",
          .options = {{.name = "--list", .help = "each thing with the reason"},
                      {.name = "--at", .help = "as it will be then", .value = "TIME"}},
          .exits = {{core::ExitCode::partly, "the file of an archived month cannot be read"}},
          .examples = {{"retention plan", "count and size by policy"},
                       {"retention plan --list --at 2027-01-01", "what will be due by then"}},
          .is_paged = true,
          .run = show_plan};
}

}  // namespace trunkline::commands
