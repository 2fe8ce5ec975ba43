// SPDX-License-Identifier: MIT
#include "cdrctl/archive.h"
#include "cdrctl/commands.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_archives(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "cdrctl archive list");
  begin_archives(context.out());
  for (const archive::Archived& one : archive::archives(connection))
    print_archive(context.out(), one, one.counts() ? "archived" : "restored");
  return core::ExitCode::done;
}

}  // namespace

cli::Command archive_list() {
  return {.path = "archive list",
          .summary = "list the months of the ledger that are files",
          .description =
              "Lists every month that was archived, by table and part, as PostgreSQL knows it. A "
              "month that came back is restored; its file counts no more. A second part holds what "
              "came when the month had been archived.",
          .exits = {{core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
          .examples = {{"cdrctl archive list", "which months are where"},
                       {"cdrctl archive list --json | jq -r .file", "what belongs into a backup"}},
          .is_paged = true,
          .run = list_archives};
}

}  // namespace trunkline::commands
