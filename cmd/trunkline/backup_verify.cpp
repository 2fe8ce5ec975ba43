// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "trunkline/backup_site.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

/// What is wrong with one backup; a manifest that cannot be read is damage like any other.
std::vector<backup::Damage> verify(backup::Repository& repository, const std::string& name,
                                   std::uint64_t& files) {
  const auto manifest = backup::read_manifest(repository, name);
  if (!manifest) {
    if (manifest.error().code != core::ExitCode::data) throw core::Error(manifest.error());
    return {{std::string(backup::kManifestFile), manifest.error().message}};
  }
  files = manifest->files.size();
  return core::value_or_throw(repository.verify(*manifest));
}

core::ExitCode verify_backup(cli::Context& context) {
  const BackupLock lock(context.config());
  const auto repository = open_backups(context.config());
  std::vector<std::string> names{};
  if (context.has("--all"))
    names = core::value_or_throw(repository->list());
  else
    names = {chosen_backup(context, *repository)};
  cli::Output& out = context.out();
  out.table("backup_verify.v1",
            {{"BACKUP"}, {"FILES", cli::Align::right}, {"STATE"}, {"FILE"}, {"FOUND"}});
  bool are_whole = true;
  for (const std::string& name : names) {
    std::uint64_t files = 0;
    const auto damages = verify(*repository, name, files);
    are_whole &= damages.empty();
    core::Json listed = core::Json::array();
    for (const backup::Damage& damage : damages)
      listed.push_back({{"path", damage.path}, {"what", damage.what}});
    const core::Json object{
        {"name", name}, {"files", files}, {"is_whole", damages.empty()}, {"damages", listed}};
    if (damages.empty() || out.is_json()) {
      out.row({name,
               out.count(files),
               {damages.empty() ? "whole" : "DAMAGED",
                damages.empty() ? cli::Color::green : cli::Color::red},
               "",
               ""},
              object);
      continue;
    }
    for (const backup::Damage& damage : damages)
      out.row({name, out.count(files), {"DAMAGED", cli::Color::red}, damage.path, damage.what},
              object);
  }
  return are_whole ? core::ExitCode::done : core::ExitCode::failed;
}

}  // namespace

cli::Command backup_verify() {
  return {
      .path = "backup verify",
      .summary = "read every file of a backup and compare it with its manifest",
      .description =
          "Finds each byte that is not what was written, and each file that is missing. Whether "
          "a backup can be restored and its recordings opened is another question: trunkline "
          "drill.",
      .arguments = {{.name = "NAME",
                     .help = "a backup, or a beginning of its name (the newest if not given)",
                     .is_optional = true}},
      .options = {{.name = "-a,--all", .help = "all backups"}},
      .exits = {{core::ExitCode::failed, "a backup is damaged"},
                {core::ExitCode::no_input, "there is no such backup"}},
      .examples = {{"trunkline backup verify", "the newest"},
                   {"trunkline backup verify --all", "every one that is kept"}},
      .run = verify_backup};
}

}  // namespace trunkline::commands
