// SPDX-License-Identifier: MIT
#include "catalogue/audit.h"
#include "cli/context.h"
#include "db/tool.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

core::ExitCode print_anchor(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline audit anchor");
  context.out().json_line("audit_anchor.v1", catalogue::to_json(catalogue::read_anchor(
                                                 connection, core::system_clock().wall())));
  return core::ExitCode::done;
}

}  // namespace

cli::Command audit_anchor() {
  return {.path = "audit anchor",
          .summary = "print the audit log's last hash, to be kept off this host",
          .description =
              "One line of JSON. Whoever could change the database could write the whole chain "
              "anew, or cut it off; not so that it holds an anchor that lies elsewhere. "
              "pipelines/audit-anchor mails one daily.",
          .examples = {{"trunkline audit anchor >>/mnt/other/anchors", "keep one more"},
                       {"trunkline audit verify --anchors /mnt/other/anchors",
                        "does the log still hold all of them?"}},
          .run = print_anchor};
}

}  // namespace trunkline::commands
