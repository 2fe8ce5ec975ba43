// SPDX-License-Identifier: MIT
#include "trunkline/backup_site.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_backups(cli::Context& context) {
  const auto repository = open_backups(context.config());
  cli::Output& out = context.out();
  out.table("backup.v1", {{"BACKUP"},
                          {"BEGUN"},
                          {"ROWS", cli::Align::right},
                          {"RECORDINGS", cli::Align::right},
                          {"SIZE", cli::Align::right},
                          {"HOST"}});
  auto code = core::ExitCode::done;
  for (const std::string& name : core::value_or_throw(repository->list())) {
    const auto manifest = backup::read_manifest(*repository, name);
    if (!manifest) {
      context.warn(manifest.error().message, manifest.error().hint);
      code = core::ExitCode::partly;
      continue;
    }
    core::Json object = to_json(*manifest);
    const auto rows = static_cast<std::uint64_t>(core::number_at(object, "rows"));
    out.row({name, out.time(manifest->begun_at), out.count(rows),
             out.count(manifest->size_of(backup::kRecordings).first),
             out.size(core::ByteCount{manifest->size_of({}).second}), manifest->host},
            std::move(object));
  }
  return code;
}

}  // namespace

cli::Command backup_list() {
  return {.path = "backup list",
          .summary = "list the backups, oldest first",
          .exits = {{core::ExitCode::partly, "a backup's manifest cannot be read"},
                    {core::ExitCode::config, "no place for backups is set"},
                    {core::ExitCode::io, "the place cannot be read: is its disk mounted?"}},
          .examples = {{"trunkline backup list", "what there is"},
                       {"trunkline backup list --json | jq -r .name", "their names, for a script"}},
          .is_paged = true,
          .run = list_backups};
}

}  // namespace trunkline::commands
