// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cdrctl/archive.h"
#include "cdrctl/commands.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode verify_archives(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "cdrctl archive verify");
  std::size_t damaged = 0;
  begin_archives(context.out());
  for (const archive::Archived& one : chosen_archives(context, connection)) {
    const auto verified = archive::verify(archive_folder(context), one);
    if (!verified) ++damaged;
    print_archive(context.out(), one, verified ? "whole" : "damaged",
                  verified ? std::string_view() : std::string_view(verified.error().message));
    context.out().flush();
  }
  if (damaged == 0) return core::ExitCode::done;
  context.warn(fmt::format("{} archives are damaged or not there", damaged),
               "bring them back from a backup of ledger.archive_dir");
  return core::ExitCode::failed;
}

}  // namespace

cli::Command archive_verify() {
  return {.path = "archive verify",
          .summary = "read archived months from the disk and compare them with what was archived",
          .description =
              "Reads each file whole and compares its content with the digest that PostgreSQL and "
              "the audit log have of it.",
          .arguments = {{.name = "MONTH", .help = "only this one, YYYY-MM", .is_optional = true}},
          .exits = {{core::ExitCode::failed, "a file is damaged or not there: it is printed"},
                    {core::ExitCode::no_input, "the month is not archived"},
                    {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
          .examples = {{"cdrctl archive verify", "all of them"},
                       {"cdrctl archive verify 2024-01", "one month"}},
          .run = verify_archives};
}

}  // namespace trunkline::commands
