// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cdr/partitions.h"
#include "cdrctl/commands.h"
#include "cli/context.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

constexpr std::uint64_t kFurthest = 120;

core::ExitCode ensure_partitions(cli::Context& context) {
  const std::uint64_t ahead = context.number("--ahead").value_or(0);
  if (ahead > kFurthest) {
    throw core::Error(core::ExitCode::usage, "cannot make months that far ahead",
                      fmt::format("--ahead takes 0 to {}", kFurthest));
  }
  db::Connection connection = db::open_for_tool(context.config(), "cdrctl partition ensure");
  const auto made = cdr::ensure_partitions(connection, static_cast<int>(ahead));
  if (made.empty()) context.note("every month is there");
  context.out().table("partition.v1", {{"TABLE"}, {"MONTH"}, {"MOVED", cli::Align::right}});
  for (const cdr::MadePartition& one : made) {
    context.out().row(
        {one.table, one.month.text(),
         context.out().count(static_cast<std::uint64_t>(one.rows_moved))},
        {{"table", one.table}, {"month", one.month.text()}, {"rows_moved", one.rows_moved}});
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command partition_ensure() {
  return {.path = "partition ensure",
          .summary = "make the ledger's tables for the months to come",
          .description =
              "The ledger is kept by months (UTC). Makes the tables of this month and of some to "
              "come, and gives rows that found no month theirs. Lists what it made; a second run "
              "makes nothing. A timer runs it every day (pipelines/partitions).",
          .options = {{.name = "--ahead",
                       .help = "how many months beyond this one",
                       .value = "MONTHS",
                       .fallback = "3"}},
          .exits = {{core::ExitCode::try_again, "the ledger was in use for five seconds"},
                    {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
          .examples = {{"cdrctl partition ensure", "what the timer does"},
                       {"cdrctl partition ensure --ahead 12", "a year in advance"}},
          .run = ensure_partitions};
}

}  // namespace trunkline::commands
