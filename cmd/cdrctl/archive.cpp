// SPDX-License-Identifier: MIT
#include "cdrctl/archive.h"

#include <fmt/format.h>

#include "archive/calls.h"
#include "archive/tidy.h"
#include "core/text.h"

namespace trunkline::commands {

std::filesystem::path archive_folder(cli::Context& context) {
  return context.config().text("ledger.archive_dir");
}

void tidy_archives(cli::Context& context, db::Connection& connection) {
  const archive::Tidied tidied =
      archive::tidy(connection, archive_folder(context), core::system_clock().wall());
  for (const archive::Archived& one : tidied.adopted)
    context.note(fmt::format("{} has the place of a file that is not there any more", one.file));
  if (!tidied.unknown.empty())
    context.warn(fmt::format("the database does not know {}", core::join(tidied.unknown, ", ")),
                 "was it restored from a backup? what it has of them itself is newer: remove them");
}

void begin_archives(cli::Output& out) {
  out.table("archive.v1", {{"MONTH"},
                           {"TABLE"},
                           {"PART", cli::Align::right},
                           {"ROWS", cli::Align::right},
                           {"SIZE", cli::Align::right},
                           {"STATE"},
                           {"FILE"},
                           {"DETAIL"}});
}

void print_archive(cli::Output& out, const archive::Archived& archived, std::string_view state,
                   std::string_view detail) {
  core::Json object{{"month", archived.month}, {"table", archived.table}, {"part", archived.part},
                    {"rows", archived.rows},   {"bytes", archived.bytes}, {"state", state},
                    {"file", archived.file}};
  if (!archived.sha256.empty()) object["sha256"] = core::to_hex(archived.sha256);
  if (archived.archived_at != core::Time{})
    object["archived_at"] = core::to_rfc3339(archived.archived_at);
  if (!archived.who.empty()) object["who"] = archived.who;
  if (archived.restored_at) object["restored_at"] = core::to_rfc3339(*archived.restored_at);
  if (!detail.empty()) object["detail"] = detail;
  const bool is_bad = state == "damaged";
  out.row({archived.month,
           archived.table,
           std::to_string(archived.part),
           out.count(static_cast<std::uint64_t>(archived.rows)),
           out.size(core::ByteCount(static_cast<std::uint64_t>(archived.bytes))),
           {std::string(state), is_bad ? cli::Color::red : cli::Color::none},
           archived.file,
           detail},
          std::move(object));
}

std::vector<archive::Archived> chosen_archives(cli::Context& context, db::Connection& connection) {
  std::vector<archive::Archived> chosen;
  const std::string month =
      context.value("MONTH").empty()
          ? std::string()
          : core::value_or_throw(cdr::Month::parse(context.value("MONTH"))).text();
  for (archive::Archived& one : archive::archives(connection))
    if (one.counts() && (month.empty() || one.month == month)) chosen.push_back(std::move(one));
  if (chosen.empty() && !month.empty())
    throw core::Error(core::ExitCode::no_input, fmt::format("cannot find an archive of {}", month),
                      "what there is: cdrctl archive list");
  return chosen;
}

cli::Option from_archive_option() {
  return {.name = "--from-archive", .help = "also the calls of archived months"};
}

void each_archived_call(cli::Context& context, db::Connection& connection, cdr::Filter filter,
                        std::uint64_t given, const std::function<bool(const cdr::Call&)>& use) {
  if (filter.limit != 0 && given >= filter.limit) return;
  if (filter.limit != 0) filter.limit -= given;
  archive::for_each_archived(archive_folder(context), archive::archives(connection), filter, use);
}

}  // namespace trunkline::commands
