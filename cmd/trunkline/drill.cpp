// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "backup/cluster.h"
#include "backup/copy.h"
#include "trunkline/backup_site.h"
#include "trunkline/commands.h"
#include "trunkline/drill_checks.h"
#include "trunkline/restore_parts.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

/// Everything a drill makes, gone with it. Others may pass through (the scratch cluster's user),
/// but see no name.
class Scratch {
 public:
  explicit Scratch(fs::path path) : path_(std::move(path)) {
    fs::remove_all(path_);  // of a drill that was cut short
    core::value_or_throw(backup::make_folders(path_));
    fs::permissions(path_, fs::perms(0711));
  }
  ~Scratch() {
    std::error_code ignored;  // the next drill clears it
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

void check_names(const Drill& drill, DrillChecks& checks) {
  const auto damages = drill.repository.look(drill.manifest);
  if (!damages) {
    checks.push_back({"files", Outcome::failed, damages.error().message});
    return;
  }
  checks.push_back({"files", damages->empty() ? Outcome::good : Outcome::failed,
                    damages->empty() ? fmt::format("all {} are there", drill.manifest.files.size())
                                     : fmt::format("{} of {}: {} {}", damages->size(),
                                                   drill.manifest.files.size(),
                                                   damages->front().path, damages->front().what)});
}

/// What does not depend on each other goes on when one of it fails.
void check_all(const Drill& drill, DrillChecks& checks) {
  check_names(drill, checks);
  const auto attempt = [&](const char* about, const auto& work) {
    try {
      work();
    } catch (const core::Error& error) {
      checks.push_back({about, Outcome::failed, error.fault().message});
    }
  };
  std::unique_ptr<keystore::KeyStore> keys;
  attempt("keys", [&] { keys = restore_drill_keys(drill, checks); });
  attempt("database", [&] {
    const RestoreSource source{.repository = drill.repository, .manifest = drill.manifest};
    for (const std::string_view part :
         {backup::kDatabase, backup::kJournals, backup::kConfiguration})
      core::value_or_throw(backup::fetch_checked(drill.repository, drill.manifest,
                                                 source.files_of(part), drill.folder));
    const backup::ScratchCluster cluster(drill.folder / "postgresql");
    load_drill_database(drill, cluster.url("postgres"), checks);
    db::Connection connection = db::Connection::open({.url = cluster.url(kDrillDatabase),
                                                      .application = "trunkline drill",
                                                      .statement_timeout = kDrillPatience});
    prove_drill_database(drill, connection, checks);
    check_recordings(drill, keys.get(), connection, checks);
  });
  attempt("living recordings", [&] { check_living_files(drill, checks); });
  check_living_rows(drill, checks);
}

bool print_drill(cli::Context& context, const DrillChecks& checks) {
  cli::Output& out = context.out();
  out.table("drill_check.v1", {{"CHECK"}, {"STATE"}, {"FOUND"}});
  bool is_good = true;
  for (const DrillCheck& check : checks) {
    is_good &= check.outcome != Outcome::failed;
    const cli::Color color = check.outcome == Outcome::good     ? cli::Color::green
                             : check.outcome == Outcome::failed ? cli::Color::red
                                                                : cli::Color::yellow;
    out.row({check.about, {std::string(name_of(check.outcome)), color}, check.found},
            {{"check", check.about}, {"state", name_of(check.outcome)}, {"found", check.found}});
  }
  out.flush();
  return is_good;
}

core::ExitCode drill_backup(cli::Context& context) {
  const config::Config& config = context.config();
  const BackupLock lock(config);
  const auto repository = open_backups(config);
  const core::SteadyTime started = core::system_clock().steady();
  const std::string name = chosen_backup(context, *repository);
  DrillChecks checks;
  const auto manifest = backup::read_manifest(*repository, name);
  if (!manifest) {
    checks.push_back({"manifest", Outcome::failed, manifest.error().message});
  } else {
    const Scratch scratch(backup_state(config) / "drill");
    const auto recordings = context.number("--recordings");
    check_all({.context = context,
               .repository = *repository,
               .manifest = *manifest,
               .folder = scratch.path(),
               .recordings = recordings ? *recordings
                                        : static_cast<std::size_t>(
                                              config.integer("backup.drill_recordings"))},
              checks);
  }
  const bool is_good = print_drill(context, checks);
  core::Json detail = core::Json::array();
  for (const DrillCheck& check : checks)
    detail.push_back(
        {{"check", check.about}, {"state", name_of(check.outcome)}, {"found", check.found}});
  note_run(context, {.kind = "drill",
                     .name = name,
                     .is_good = is_good,
                     .took = std::chrono::duration_cast<core::Milliseconds>(
                         core::system_clock().steady() - started),
                     .detail = {{"checks", detail}}});
  context.note(fmt::format("backup {}: {}", name,
                           is_good ? "it can be restored" : "it can NOT be restored as it is"));
  return is_good ? core::ExitCode::done : core::ExitCode::failed;
}

}  // namespace

cli::Command drill() {
  return {
      .path = "drill",
      .summary = "restore a backup beside the living site, and prove that it is one",
      .description =
          "Restores the database into a PostgreSQL cluster of its own, the keys from their copies "
          "and some recordings, chosen at random, into a folder below backup.state_dir; then "
          "compares every table's rows with the manifest, proves the hash chains of ledger and "
          "audit log, ships what the journals have, opens every segment of the recordings with the "
          "restored keys, and looks whether what lives here and is older is in the backup. All of "
          "it goes again. The result is kept in the database and in the audit log; trunkline "
          "doctor complains when the last good one is older than backup.drill_max_age.\n\n"
          "unproved stands for what could not be tried, such as a key ring without a sealed copy. "
          "As root the cluster runs as the user postgres.",
      .arguments = {{.name = "NAME",
                     .help = "a backup, or a beginning of its name (the newest if not given)",
                     .is_optional = true}},
      .options = {{.name = "--recordings",
                   .help = "open so many, instead of backup.drill_recordings",
                   .value = "COUNT"}},
      .exits = {{core::ExitCode::failed, "the backup cannot be restored as it is"},
                {core::ExitCode::no_input, "there is no backup"},
                {core::ExitCode::try_again, "another backup, restore or drill is running"}},
      .examples = {{"trunkline drill", "the newest backup"},
                   {"trunkline drill --recordings 1000000", "with every recording"}},
      .run = drill_backup};
}

}  // namespace trunkline::commands
