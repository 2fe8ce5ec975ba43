// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "retention/commands.h"
#include "retention/site.h"

namespace trunkline::commands {
namespace {

std::string verdict(const cli::Output& out, const retention::Decision& decision) {
  switch (decision.fate) {
    case retention::Fate::due:
      return "goes with the next sweep";
    case retention::Fate::held:
      return "held";
    case retention::Fate::bound:
      return "waits for what belongs to it";
    case retention::Fate::live:
      return "being made";
    case retention::Fate::kept:
      break;
  }
  return decision.until ? "kept until " + out.time(*decision.until) : "kept for ever";
}

core::ExitCode explain_item(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "retention explain");
  const retention::Planner planner(retention::load_rules(connection, default_days(context)));
  const retention::Item item = find_item(context, connection, context.value("ID"));
  const core::Time now = moment(context, "--at").value_or(core::system_clock().wall());
  const retention::Decision decision = planner.decide(item, now);
  cli::Output& out = context.out();
  core::Json object = item_json(item, name_of(decision.fate));
  if (!item.month.empty()) object["month"] = item.month;
  std::vector<cli::Field> fields{{std::string(name_of(item.kind)), item.id.text()},
                                 {"ended", out.time(item.ended_at)},
                                 {"verdict", verdict(out, decision)}};
  if (decision.until) {
    object["until"] = core::to_rfc3339(*decision.until);
    fields.push_back({"until", out.time(*decision.until)});
  }
  object["because"] = core::Json::array();
  for (const std::string& reason : planner.reasons(item, decision)) {
    object["because"].push_back(reason);
    fields.push_back({"because", reason});
  }
  out.record("retention_explain.v1", fields, std::move(object));
  return core::ExitCode::done;
}

}  // namespace

cli::Command explain() {
  return {.path = "explain",
          .summary = "say why something is still here, and until when",
          .arguments = {{.name = "ID",
                         .help = "id of a recording or call, or its end; SIP Call-ID, number, or "
                                 "last"}},
          .options = {{.name = "--at", .help = "as it will be then", .value = "TIME"}},
          .exits = {{core::ExitCode::no_input, "there is no such recording or call"}},
          .examples = {{"retention explain last", "the recording that began last"},
                       {"retention explain 7a3f09c2 --at 2027-06-01", "what will be decided then"}},
          .run = explain_item};
}

}  // namespace trunkline::commands
