// SPDX-License-Identifier: MIT
#include "trunkline/alert.h"

#include <fmt/format.h>

#include "db/tool.h"
#include "http/mailer.h"

namespace trunkline::commands {
namespace {

void raise(cli::Context& context, db::Connection* connection, const alert::Alert& alert,
           Raised& raised) {
  alert::Desk desk(context.config(), connection, core::system_clock());
  alert::Sent sent;
  const auto outcome = desk.raise(alert, sent);
  add_sent(raised.sent, std::move(sent));
  ++(outcome == alert::Desk::Outcome::held_back ? raised.held_back : raised.told);
  raised.has_nobody |= outcome == alert::Desk::Outcome::nobody;
}

}  // namespace

void add_sent(alert::Sent& all, alert::Sent more) {
  all.delivered += more.delivered;
  all.waiting += more.waiting;
  all.given_up += more.given_up;
  for (alert::Problem& problem : more.problems) all.problems.push_back(std::move(problem));
}

db::Connection open_database(cli::Context& context, std::string_view verb) {
  db::Connection connection = db::open_for_tool(context.config(), verb);
  const auto taken = alert::Desk(context.config(), &connection, core::system_clock()).take_over();
  if (!taken) context.warn(taken.error().message, taken.error().hint);
  return connection;
}

std::optional<db::Connection> database_if_there(cli::Context& context, std::string_view verb) {
  try {
    return open_database(context, verb);
  } catch (const core::Error& error) {
    context.warn(fmt::format("without the database: {}", error.fault().message));
    return std::nullopt;
  }
}

Raised raise_all(cli::Context& context, std::optional<db::Connection>& connection,
                 const std::vector<alert::Alert>& alerts) {
  Raised raised;
  for (const alert::Alert& alert : alerts) {
    if (connection) {
      try {
        raise(context, &*connection, alert, raised);
        continue;
      } catch (const core::Error& error) {
        context.warn(fmt::format("without the database: {}", error.fault().message));
        connection.reset();
      }
    }
    raise(context, nullptr, alert, raised);
  }
  if (connection)
    add_sent(raised.sent,
             alert::Desk(context.config(), &*connection, core::system_clock()).flush());
  return raised;
}

core::ExitCode report(cli::Context& context, const Raised& raised) {
  const alert::Sent& sent = raised.sent;
  for (const alert::Problem& problem : sent.problems)
    context.warn(problem.fault.message + (problem.channel.empty() ? ""
                                          : problem.is_given_up   ? ": given up"
                                                                  : ": tried again later"),
                 problem.fault.hint);
  cli::Output& out = context.out();
  out.record("alert_sent.v1",
             {{"told", out.count(raised.told)},
              {"held back", out.count(raised.held_back)},
              {"delivered", out.count(sent.delivered)},
              {"waiting", out.count(sent.waiting)},
              {"given up", out.count(sent.given_up)}},
             {{"told", raised.told},
              {"held_back", raised.held_back},
              {"delivered", sent.delivered},
              {"waiting", sent.waiting},
              {"given_up", sent.given_up}});
  if (raised.has_nobody) {
    context.warn("nobody is told: no channel is configured",
                 http::missing_mail_settings(context.config()));
    return core::ExitCode::config;
  }
  if (sent.given_up == 0) return core::ExitCode::done;
  return sent.delivered + sent.waiting > 0 ? core::ExitCode::partly : core::ExitCode::unavailable;
}

}  // namespace trunkline::commands
