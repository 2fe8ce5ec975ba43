// SPDX-License-Identifier: MIT
#include "alert/store.h"
#include "alert/watch.h"
#include "db/tool.h"
#include "trunkline/alert.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

/// The marks move when their alerts are in, and where those are held back only later: what came
/// meanwhile is in the next.
core::ExitCode raise_news(cli::Context& context, std::optional<db::Connection>& connection) {
  Raised all;
  for (const alert::News& news : alert::look_for_news(*connection, core::system_clock().wall())) {
    Raised raised = raise_all(context, connection, news.alerts);
    if (connection && (raised.told > 0 || !news.is_gathered))
      alert::set_watch_mark(*connection, news.mark, news.until);
    all.told += raised.told;
    all.held_back += raised.held_back;
    all.has_nobody |= raised.has_nobody;
    add_sent(all.sent, std::move(raised.sent));
    if (!connection) break;
  }
  return report(context, all);
}

/// What was told directly when the database was away ends the same way, once.
void tell_that_it_is_back(cli::Context& context) {
  alert::Sent sent;
  (void)alert::Desk(context.config(), nullptr, core::system_clock())  // held back: it was not away
      .raise({.key = "database",
              .level = alert::Level::normal,
              .subject = "the database is back",
              .text = "What was kept meanwhile is shipped now.\n"},
             sent);
  for (const alert::Problem& problem : sent.problems)
    context.warn(problem.fault.message, problem.fault.hint);
}

core::ExitCode watch_for_news(cli::Context& context) {
  std::optional<db::Connection> connection;
  try {
    connection = db::open_for_tool(context.config(), "trunkline alert watch");
  } catch (const core::Error& error) {
    const alert::Alert away{.key = "database",
                            .level = alert::Level::critical,
                            .subject = "the database is away",
                            .text = error.fault().message +
                                    "\n\nCalls go on, and what they leave is kept until it is "
                                    "back.\n"};
    (void)report(context, raise_all(context, connection, {away}));
    throw;
  }
  tell_that_it_is_back(context);
  return raise_news(context, connection);
}

}  // namespace

cli::Command alert_watch() {
  return {.path = "alert watch",
          .summary = "look for recordings that failed and entries the ledger refused, and tell",
          .description =
              "Looks at what came in since it last looked: recordings that are not complete, calls "
              "that were to be recorded and have no recording, entries that went to "
              "ledger_rejected; and tries again to deliver what waits. A timer runs it every "
              "minute. More than five recordings at once are told in one alert, at most every ten "
              "minutes.",
          .exits = {{core::ExitCode::unavailable, "the database is away, which is told, too"}},
          .examples = {{"trunkline alert watch", "look now"}},
          .run = watch_for_news};
}

}  // namespace trunkline::commands
