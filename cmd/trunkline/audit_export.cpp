// SPDX-License-Identifier: MIT
#include "catalogue/audit.h"
#include "cli/context.h"
#include "db/tool.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

core::ExitCode export_audit_log(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline audit export");
  const catalogue::AuditFilter filter{
      .after = static_cast<std::int64_t>(context.number("--after").value_or(0)),
      .is_oldest_first = true,
      .limit = 0};
  catalogue::for_each_audit_entry(connection, filter, [&](const catalogue::AuditEntry& entry) {
    context.out().json_line("audit_entry.v1", catalogue::to_json(entry));
    return true;
  });
  return core::ExitCode::done;
}

}  // namespace

cli::Command audit_export() {
  return {.path = "audit export",
          .summary = "write the whole audit log as JSON lines, oldest first",
          .description =
              "Each line carries its hash, so that the file can be proved without the database: "
              "trunkline audit verify --file. With --after it goes on where an earlier export "
              "ended.",
          .options = {{.name = "--after", .help = "only lines behind this one", .value = "LINE"}},
          .examples = {{"trunkline audit export >audit.jsonl", "all of it"},
                       {"trunkline audit verify --file audit.jsonl", "prove the file"}},
          .run = export_audit_log};
}

}  // namespace trunkline::commands
