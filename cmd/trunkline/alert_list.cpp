// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "alert/channel.h"
#include "alert/store.h"
#include "cdr/period.h"
#include "cli/context.h"
#include "db/tool.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

cli::Color level_color(alert::Level level) {
  switch (level) {
    case alert::Level::normal:
      return cli::Color::green;
    case alert::Level::warning:
      return cli::Color::yellow;
    case alert::Level::critical:
    case alert::Level::emergency:
      return cli::Color::red;
  }
  return cli::Color::none;
}

void list_open(cli::Output& out, db::Connection& connection) {
  out.table("alert_open.v1", {{"LEVEL"}, {"KEY"}, {"SINCE"}});
  for (const alert::Open& open : alert::open_conditions(connection))
    out.row({{std::string(name_of(open.level)), level_color(open.level)},
             open.key,
             out.time(open.since)},
            {{"level", name_of(open.level)},
             {"key", open.key},
             {"since", core::to_rfc3339(open.since)}});
}

core::ExitCode list_alerts(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline alert list");
  cli::Output& out = context.out();
  if (context.has("--open")) {
    list_open(out, connection);
    return core::ExitCode::done;
  }
  std::optional<core::Time> since;
  if (context.has("--since"))
    since = core::value_or_throw(
        cdr::parse_when(context.value("--since"), core::system_clock().wall()));
  out.table("alert.v1", {{"AT"},
                         {"LEVEL"},
                         {"KEY"},
                         {"SUBJECT"},
                         {"TOLD", cli::Align::right},
                         {"WAITING", cli::Align::right},
                         {"GIVEN UP", cli::Align::right},
                         {"ERROR"}});
  for (const alert::Told& told : alert::told(connection, since, *context.number("--limit"))) {
    const alert::Message& message = told.message;
    core::Json object = to_json(message);
    object["delivered"] = told.delivered;
    object["waiting"] = told.waiting;
    object["given_up"] = told.given_up;
    if (!told.error.empty()) object["error"] = told.error;
    out.row({out.time(message.at),
             {std::string(name_of(message.level)), level_color(message.level)},
             message.key,
             message.subject,
             std::to_string(told.delivered),
             std::to_string(told.waiting),
             std::to_string(told.given_up),
             told.error},
            std::move(object));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command alert_list() {
  return {.path = "alert list",
          .summary = "list what was told, and who got it",
          .description =
              "Newest first. What was held back because the same was told not long ago "
              "is not in it.",
          .options = {{.name = "--open", .help = "what is not normal now, instead"},
                      {.name = "--since", .help = "only from this time on", .value = "TIME"},
                      {.name = "-n,--limit",
                       .help = "at most so many; 0 is all",
                       .value = "N",
                       .fallback = "50"}},
          .examples = {{"trunkline alert list", "the last fifty"},
                       {"trunkline alert list --open", "what is wrong now"}},
          .is_paged = true,
          .run = list_alerts};
}

}  // namespace trunkline::commands
