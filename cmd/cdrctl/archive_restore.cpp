// SPDX-License-Identifier: MIT
#include "cdrctl/archive.h"
#include "cdrctl/commands.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode restore_archives(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "cdrctl archive restore");
  tidy_archives(context, connection);
  begin_archives(context.out());
  for (const archive::Archived& one : chosen_archives(context, connection)) {
    archive::restore(connection, archive_folder(context), one);
    print_archive(context.out(), one, "restored");
    context.out().flush();
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command archive_restore() {
  return {.path = "archive restore",
          .summary = "bring an archived month back into PostgreSQL",
          .description =
              "Verifies the files of a month and puts their rows back, a table at a time, each in "
              "one transaction. Rows that are in PostgreSQL already stay as they are. The files "
              "count no more; they stay until the next archive add, or an erasure in that month, "
              "has written new ones: a backup of the database may still name them.",
          .arguments = {{.name = "MONTH", .help = "which one, YYYY-MM"}},
          .exits = {{core::ExitCode::data, "a file is not what was archived: nothing is restored"},
                    {core::ExitCode::no_input, "the month is not archived, or its file is gone"},
                    {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
          .examples = {{"cdrctl archive restore 2024-01", "for a report over that month"},
                       {"cdrctl archive list", "which months there are"}},
          .run = restore_archives};
}

}  // namespace trunkline::commands
