// SPDX-License-Identifier: MIT
#include "cdr/partitions.h"
#include "cdrctl/commands.h"
#include "cli/context.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_partitions(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "cdrctl partition list");
  cli::Output& out = context.out();
  out.table("partition.v1", {{"TABLE"},
                             {"MONTH"},
                             {"ROWS", cli::Align::right},
                             {"SIZE", cli::Align::right},
                             {"PARTITION"}});
  for (const cdr::Partition& one : cdr::partitions(connection)) {
    core::Json object{{"table", one.table},
                      {"rows", one.rows},
                      {"bytes", one.bytes},
                      {"partition", one.partition}};
    if (one.month) object["month"] = one.month->text();
    out.row({one.table, one.month ? one.month->text() : "",
             out.count(static_cast<std::uint64_t>(one.rows)),
             out.size(core::ByteCount(static_cast<std::uint64_t>(one.bytes))), one.partition},
            std::move(object));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command partition_list() {
  return {
      .path = "partition list",
      .summary = "list the months in which the ledger is kept",
      .description =
          "Lists every table of the ledger by months, with PostgreSQL's estimate of its rows and "
          "the space it takes with its indexes. The one without a month holds rows that wait "
          "for theirs: see partition ensure.",
      .exits = {{core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl partition list", "what takes how much room"}},
      .is_paged = true,
      .run = list_partitions};
}

}  // namespace trunkline::commands
