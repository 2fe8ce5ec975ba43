// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "catalogue/audit.h"
#include "cdr/period.h"
#include "cli/context.h"
#include "db/tool.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

std::optional<core::Time> moment(const cli::Context& context, std::string_view option) {
  if (!context.has(option)) return std::nullopt;
  return core::value_or_throw(cdr::parse_when(context.value(option), core::system_clock().wall()));
}

core::ExitCode list_audit_entries(cli::Context& context) {
  catalogue::AuditFilter filter{.since = moment(context, "--since"),
                                .until = moment(context, "--until"),
                                .who = context.value("--who"),
                                .event = context.value("--event"),
                                .limit = context.number("--limit").value_or(0)};
  if (context.has("--object"))
    filter.object = core::value_or_throw(core::Uuid::parse(context.value("--object")));
  db::Connection connection = db::open_to_read(context.config(), "trunkline audit list");
  cli::Output& out = context.out();
  out.table(
      "audit_entry.v1",
      {{"LINE", cli::Align::right}, {"TIME"}, {"WHO"}, {"EVENT"}, {"OBJECT"}, {"WHY"}, {"DETAIL"}});
  catalogue::for_each_audit_entry(connection, filter, [&](const catalogue::AuditEntry& entry) {
    const std::string object = entry.object ? entry.object->text() : std::string();
    out.row({std::to_string(entry.seq), out.time(entry.at), entry.who, entry.event,
             out.is_terminal() ? std::string(cli::tail(object)) : object, entry.why, entry.detail},
            catalogue::to_json(entry));
    return true;
  });
  return core::ExitCode::done;
}

}  // namespace

cli::Command audit_list() {
  return {.path = "audit list",
          .summary = "list the audit log, newest first",
          .description =
              "Who read which recording, who changed which device, tenant or user, who rotated or "
              "exported keys: each with its reason where one is asked for.",
          .options = {{.name = "--since", .help = "from this moment on", .value = "TIME"},
                      {.name = "--until", .help = "before this moment", .value = "TIME"},
                      {.name = "--who", .help = "lines whose WHO holds this", .value = "TEXT"},
                      {.name = "--event", .help = "events that begin so: keys.", .value = "TEXT"},
                      {.name = "--object", .help = "about this id", .value = "ID"},
                      {.name = "-n,--limit",
                       .help = "at most so many; 0: all",
                       .value = "COUNT",
                       .fallback = "50"}},
          .examples = {{"trunkline audit list --event recording.accessed --since today",
                        "who listened to what today"},
                       {"trunkline audit list --who alice --limit 0 --json", "all that alice did"}},
          .is_paged = true,
          .run = list_audit_entries};
}

}  // namespace trunkline::commands
