// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "alert/desk.h"
#include "db/tool.h"
#include "retention/commands.h"
#include "retention/items.h"
#include "retention/site.h"
#include "retention/storage.h"
#include "usage/facts.h"

namespace trunkline::commands {
namespace {

constexpr std::uint64_t kTop = 5;

std::string_view word(alert::Desk::Outcome outcome) {
  switch (outcome) {
    case alert::Desk::Outcome::told:
      return "told";
    case alert::Desk::Outcome::held_back:
      return "held back";
    case alert::Desk::Outcome::nobody:
      return "nobody is told";
  }
  return "";
}

core::ExitCode check_quota(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "retention check");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  usage::View view =
      usage::load_view(connection, retention::load_rules(connection, default_days(context)), now,
                       quota_of(context.config()), kTop);
  view.public_url = context.config().text("site.public_url");
  const alert::Alert alert = usage::quota_alert(view);
  std::string_view outcome = "not told";
  alert::Sent sent;
  if (!context.has("--dry-run")) {
    alert::Desk desk(context.config(), &connection, core::system_clock());
    outcome = word(desk.raise(alert, sent));
    sent = desk.flush();
  }
  for (const alert::Problem& problem : sent.problems)
    context.warn(problem.fault.message, problem.fault.hint);
  context.out().record("quota.v1",
                       {{"level", std::string(name_of(alert.level))},
                        {"usage", shown_usage(view)},
                        {"forecast", shown_forecast(view)},
                        {"alert", std::string(outcome)}},
                       {{"level", name_of(alert.level)},
                        {"percent", percent_of(view.usage.all.bytes, view.quota)},
                        {"bytes", view.usage.all.bytes},
                        {"quota_bytes", view.quota.bytes},
                        {"alert", outcome}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command check() {
  return {.path = "check",
          .summary = "compare usage with the quota, and alert",
          .description =
              "The levels are retention.quota_warning, quota_critical and quota_emergency (80, 90 "
              "and 95 percent). A level that rises is told at once, the same level again after a "
              "day, the return to normal once; the mail says what would help. A timer runs it "
              "hourly.",
          .options = {{.name = "--dry-run", .help = "tell nobody"}},
          .examples = {{"retention check --dry-run", "the level, without telling anybody"},
                       {"retention check", "as the timer does"}},
          .run = check_quota};
}

}  // namespace trunkline::commands
