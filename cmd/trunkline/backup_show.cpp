// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "trunkline/backup_site.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

cli::Field part_of(cli::Output& out, const backup::Manifest& manifest, std::string_view part) {
  const auto [files, bytes] = manifest.size_of(part);
  return {std::string(part),
          fmt::format("{} files, {}", out.count(files), out.size(core::ByteCount{bytes}))};
}

core::ExitCode show_backup(cli::Context& context) {
  const auto repository = open_backups(context.config());
  const auto manifest =
      core::value_or_throw(backup::read_manifest(*repository, chosen_backup(context, *repository)));
  cli::Output& out = context.out();
  if (context.has("--files")) {
    out.table("backup_file.v1", {{"FILE"}, {"SIZE", cli::Align::right}, {"SHA-256"}});
    for (const backup::FileEntry& file : manifest.files) {
      const std::string hash = core::to_hex(file.sha256);
      out.row({file.path, out.size(core::ByteCount{file.size}), hash},
              {{"path", file.path}, {"size", file.size}, {"sha256", hash}});
    }
    return core::ExitCode::done;
  }
  const core::Json object = to_json(manifest);
  const core::Json& facts = manifest.facts;
  const core::Json keys = facts.value("keys", core::Json::object());
  std::string journals;
  for (const core::Json& journal : facts.value("journals", core::Json::array())) {
    const auto first = core::number_at(journal, "first");
    journals +=
        fmt::format("{}{} {}", journals.empty() ? "" : ", ", core::text_at(journal, "daemon"),
                    first == 0 ? "all shipped"
                               : fmt::format("{} to {}", first, core::number_at(journal, "last")));
  }
  out.record(
      "backup.v1",
      {{"backup", manifest.name},
       {"begun", out.time(manifest.begun_at)},
       {"place", repository->name()},
       {"host", manifest.host},
       {"version", manifest.version},
       part_of(out, manifest, backup::kDatabase),
       {"rows", out.count(static_cast<std::uint64_t>(core::number_at(object, "rows")))},
       part_of(out, manifest, backup::kConfiguration),
       part_of(out, manifest, backup::kJournals),
       part_of(out, manifest, backup::kArchives),
       {"not in the dump", journals.empty() ? "-" : journals},
       part_of(out, manifest, backup::kRecordings),
       {"keys", keys.contains("place") ? fmt::format("{} in {}", core::number_at(keys, "rows"),
                                                     core::text_at(keys, "place"))
                                       : std::string("in no place of their own")}},
      object);
  return core::ExitCode::done;
}

}  // namespace

cli::Command backup_show() {
  return {.path = "backup show",
          .summary = "show what a backup holds",
          .arguments = {{.name = "NAME",
                         .help = "a backup, or a beginning of its name (the newest if not given)",
                         .is_optional = true}},
          .options = {{.name = "--files", .help = "list its files with their hashes"}},
          .exits = {{core::ExitCode::no_input, "there is no such backup"},
                    {core::ExitCode::data, "its manifest is damaged"}},
          .examples = {{"trunkline backup show", "the newest"},
                       {"trunkline backup show 2026-11-30 --files", "every file of that day's"}},
          .is_paged = true,
          .run = show_backup};
}

}  // namespace trunkline::commands
