// SPDX-License-Identifier: MIT
#include "alert/store.h"
#include "alert/watch.h"
#include "trunkline/alert.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

constexpr std::string_view kDatabase = "database";

/// Where it was told that the database is away.
std::vector<alert::Alert> end_of_its_absence(db::Connection& connection) {
  for (const alert::Open& open : alert::open_conditions(connection))
    if (open.key == kDatabase)
      return {{.key = std::string(kDatabase),
               .level = alert::Level::normal,
               .subject = "the database is back",
               .text = "What was kept meanwhile is shipped now.\n"}};
  return {};
}

/// The marks move when their alerts are in, and where those are held back only later: what came
/// meanwhile is in the next.
core::ExitCode raise_news(cli::Context& context, std::optional<db::Connection>& connection) {
  Raised all = raise_all(context, connection, end_of_its_absence(*connection));
  if (!connection) return report(context, all);
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

core::ExitCode watch_for_news(cli::Context& context) {
  std::optional<db::Connection> connection;
  try {
    connection = open_database(context, "trunkline alert watch");
  } catch (const core::Error& error) {
    const alert::Alert away{.key = std::string(kDatabase),
                            .level = alert::Level::critical,
                            .subject = "the database is away",
                            .text = error.fault().message +
                                    "\n\nCalls go on, and what they leave is kept until it is "
                                    "back.\n"};
    (void)report(context, raise_all(context, connection, {away}));
    throw;
  }
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
