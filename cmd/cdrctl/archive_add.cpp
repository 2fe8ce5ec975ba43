// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "archive/erasing.h"
#include "cdrctl/archive.h"
#include "cdrctl/commands.h"
#include "cli/interrupt.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

constexpr std::uint64_t kMostMonths = 1200;

/// The first month that stays.
cdr::Month first_kept(const cli::Context& context) {
  if (context.has("--before"))
    return core::value_or_throw(cdr::Month::parse(context.value("--before")));
  const std::uint64_t keep = context.number("--keep").value_or(0);
  if (keep > kMostMonths)
    throw core::Error(core::ExitCode::usage, "cannot keep that many months",
                      fmt::format("--keep takes 0 to {}", kMostMonths));
  const std::chrono::sys_days today =
      std::chrono::floor<std::chrono::days>(core::system_clock().wall());
  const std::chrono::year_month_day date{today};
  const std::chrono::year_month month =
      date.year() / date.month() - std::chrono::months(static_cast<int>(keep));
  return core::value_or_throw(cdr::Month::parse(fmt::format(
      "{:04}-{:02}", static_cast<int>(month.year()), static_cast<unsigned>(month.month()))));
}

/// Those that are due, and those that an erasure brought back and did not get to archive again.
std::vector<archive::Due> months_to_archive(db::Connection& connection, const cdr::Month& kept) {
  std::vector<archive::Due> months = archive::due(connection, kept);
  for (archive::Due& one : archive::reopened(connection))
    if (one.month >= kept.text()) months.push_back(std::move(one));
  return months;
}

core::ExitCode archive_due_months(cli::Context& context) {
  const cdr::Month kept = first_kept(context);
  db::Connection connection = db::open_for_tool(context.config(), "cdrctl archive add");
  if (!context.has("--dry-run")) tidy_archives(context, connection);
  const std::vector<archive::Due> months = months_to_archive(connection, kept);
  if (months.empty()) context.note("no month is due");
  begin_archives(context.out());
  const cli::InterruptHold interrupt;
  for (const archive::Due& month : months) {
    if (interrupt.is_requested()) break;
    if (context.has("--dry-run")) {
      print_archive(context.out(),
                    {.table = month.table, .month = month.month, .bytes = month.bytes}, "due",
                    "size in PostgreSQL");
      continue;
    }
    const archive::Archived archived = archive::archive_month(connection, archive_folder(context),
                                                              month, core::system_clock().wall());
    print_archive(context.out(), archived, "archived");
    context.out().flush();
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command archive_add() {
  return {
      .path = "archive add",
      .summary = "move old months of the ledger from PostgreSQL to files",
      .description =
          "Writes each month that is older than what is kept to a file of each table in "
          "ledger.archive_dir: CSV with a heading, compressed by zstd. A month leaves PostgreSQL "
          "only when its file is on the disk and was read back whole; a crash at any moment leaves "
          "one of the two, and a second run goes on. The audit log has each file and its "
          "digest.\n\n"
          "Archived calls are still there: list, show and export read them with --from-archive, "
          "prove walks their entries, archive restore brings a month back. Recordings stay where "
          "they are. Reports and views see the months in PostgreSQL alone.",
      .options = {{.name = "--keep",
                   .help = "how many whole months stay, beside the running one",
                   .value = "MONTHS",
                   .fallback = "24"},
                  {.name = "--before",
                   .help = "instead: every month before this one",
                   .value = "YYYY-MM"},
                  {.name = "--dry-run", .help = "say which months would go"}},
      .exits = {{core::ExitCode::io, "no room in the folder, or it cannot be written"},
                {core::ExitCode::data, "a file did not read back as it was written"},
                {core::ExitCode::try_again, "the month was in use for five seconds"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl archive add --dry-run", "what would go, of two years that are kept"},
                   {"cdrctl archive add --keep 60", "after five years"}},
      .run = archive_due_months};
}

}  // namespace trunkline::commands
