// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "core/text.h"
#include "trunkline/audit.h"
#include "trunkline/backup_site.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

std::vector<backup::Fate> decide(const config::Config& config,
                                 const std::vector<std::string>& names) {
  std::vector<backup::Dated> dated;
  for (const std::string& name : names) {
    const core::Time at = *backup::time_of(name);
    dated.push_back({.name = name, .at = at, .day = backup::local_day(at)});
  }
  return backup::decide(std::move(dated), keep_rules(config));
}

core::ExitCode prune_backups(cli::Context& context) {
  const config::Config& config = context.config();
  const BackupLock lock(config);
  const auto repository = open_backups(config);
  const auto fates = decide(config, core::value_or_throw(repository->list()));
  cli::Output& out = context.out();
  out.table("backup_fate.v1", {{"BACKUP"}, {"FATE"}, {"BECAUSE"}});
  std::vector<std::string> going;
  for (const backup::Fate& fate : fates) {
    if (!fate.is_kept()) going.push_back(fate.name);
    out.row({fate.name,
             {fate.is_kept() ? "kept" : "goes",
              fate.is_kept() ? cli::Color::green : cli::Color::yellow},
             core::join(fate.why, ", ")},
            {{"name", fate.name}, {"is_kept", fate.is_kept()}, {"why", fate.why}});
  }
  out.flush();
  if (context.has("--dry-run") || going.empty()) return core::ExitCode::done;
  if (!context.confirm(fmt::format("remove {} backups?", going.size())))
    return core::ExitCode::failed;
  core::value_or_throw(repository->remove(going));
  note_in_audit(context, "backup.pruned", {{"names", going}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command backup_prune() {
  return {.path = "backup prune",
          .summary = "remove the backups that no rule keeps",
          .description =
              "Keeps the last backup of each of the last backup.keep_daily days, "
              "backup.keep_weekly weeks (from Monday) and backup.keep_monthly months that have "
              "one, by this host's zone, and always the newest. Days without a backup do not "
              "count: a host that was off, or a clock that was wrong, takes nothing away.",
          .options = {{.name = "--dry-run", .help = "show what is kept and what goes, and why"}},
          .exits = {{core::ExitCode::failed, "you said no; nothing was removed"},
                    {core::ExitCode::try_again, "another backup, restore or drill is running"}},
          .examples = {{"trunkline backup prune --dry-run", "what would go"},
                       {"trunkline backup prune --yes", "without asking, in a script"}},
          .run = prune_backups};
}

}  // namespace trunkline::commands
