// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "backup/database.h"
#include "os/host_name.h"
#include "trunkline/backup_parts.h"
#include "trunkline/backup_site.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

/// Takes back what was begun unless it became a backup.
class Attempt {
 public:
  explicit Attempt(backup::Repository& repository) : repository_(repository) {}
  ~Attempt() {
    if (!is_done_) repository_.give_up();
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  void succeed() noexcept { is_done_ = true; }

 private:
  backup::Repository& repository_;
  bool is_done_ = false;
};

/// A name that no backup has: one can be made each second.
std::string fresh_name(core::Time& begun, const std::vector<std::string>& names) {
  while (!names.empty() && backup::name_of(begun) <= names.back() &&
         std::binary_search(names.begin(), names.end(), backup::name_of(begun)))
    begun += core::Seconds(1);
  return backup::name_of(begun);
}

std::optional<backup::Manifest> newest(cli::Context& context, backup::Repository& repository,
                                       const std::vector<std::string>& names) {
  if (names.empty()) return std::nullopt;
  auto manifest = backup::read_manifest(repository, names.back());
  if (manifest) return std::move(*manifest);
  context.warn(fmt::format("the last backup cannot be built upon: {}", manifest.error().message),
               "this one reads and copies everything");
  return std::nullopt;
}

void refuse_nested(const config::Config& config) {
  if (config.text("backup.tool") == "files" &&
      are_nested(config.text("backup.target"), config.text("recording.path")))
    throw core::Error(core::ExitCode::config,
                      fmt::format("backup.target '{}' and recording.path '{}' are one in the other",
                                  config.text("backup.target"), config.text("recording.path")),
                      "give backups a folder of their own, on another disk");
}

void print_made(cli::Context& context, const backup::Manifest& manifest,
                const RecordingsTaken& taken, core::Milliseconds took) {
  core::Json object = to_json(manifest);
  // Before the object is given away.
  const auto rows = static_cast<std::uint64_t>(core::number_at(object, "rows"));
  object["fresh_files"] = taken.fresh_files;
  object["fresh_bytes"] = taken.fresh_bytes;
  object["left_out"] = taken.left_out.size();
  object["took_ms"] = took.count();
  cli::Output& out = context.out();
  const auto [files, bytes] = manifest.size_of({});
  out.record(
      "backup.v1",
      {{"backup", manifest.name},
       {"rows", out.count(rows)},
       {"recordings", out.count(taken.files.size())},
       {"of these new", fmt::format("{} ({})", out.count(taken.fresh_files),
                                    out.size(core::ByteCount{taken.fresh_bytes}))},
       {"being recorded", out.count(taken.left_out.size())},
       {"all files", fmt::format("{} ({})", out.count(files), out.size(core::ByteCount{bytes}))},
       {"took", out.duration(took)}},
      std::move(object));
}

/// Brings everything in and makes it a backup; nothing where Ctrl-C came first.
std::optional<RecordingsTaken> make(cli::Context& context, backup::Repository& repository,
                                    const backup::Manifest* before, backup::Manifest& manifest,
                                    LeftOut& left, const cli::InterruptHold& interrupt) {
  const config::Config& config = context.config();
  const auto folder = core::value_or_throw(repository.begin(manifest.name));
  Attempt attempt(repository);
  core::Json database =
      backup::dump_database({.url = config.text("db.url"),
                             .folder = folder,
                             .work = backup_state(config),
                             .jobs = static_cast<unsigned>(config.integer("backup.jobs"))});
  // After the dump, so that together they have everything.
  manifest.facts["configuration"] = copy_configuration(context, folder);
  manifest.facts["journals"] = copy_journals(context, folder, database.at("nodes"));
  manifest.facts["archives"] = copy_archives(context, folder, left);
  manifest.files = core::value_or_throw(backup::describe_folder(folder));
  RecordingsTaken taken = take_recordings(
      context, repository, before, core::number_at(database.at("tables"), "recording"), interrupt);
  if (interrupt.is_requested()) return std::nullopt;
  manifest.facts["database"] = std::move(database);
  manifest.facts["recordings"] = taken.facts;
  manifest.files.insert(manifest.files.end(), taken.files.begin(), taken.files.end());
  core::value_or_throw(repository.commit(manifest, taken.left_out));
  attempt.succeed();
  return taken;
}

core::ExitCode make_backup(cli::Context& context) {
  const config::Config& config = context.config();
  refuse_nested(config);
  const BackupLock lock(config);
  const auto repository = open_backups(config);
  const cli::InterruptHold interrupt;
  const core::SteadyTime started = core::system_clock().steady();
  const auto names = core::value_or_throw(repository->list());
  const auto before = newest(context, *repository, names);
  backup::Manifest manifest{.name = {},
                            .begun_at = core::system_clock().wall(),
                            .host = os::host_name(),
                            .version = cli::version_line("trunkline"),
                            .files = {}};
  manifest.name = fresh_name(manifest.begun_at, names);
  // First of all: what it refuses, it refuses before an hour is spent.
  KeysCopied keys = copy_keys(context);
  manifest.facts["keys"] = keys.facts;
  std::optional<RecordingsTaken> taken;
  try {
    taken = make(context, *repository, before ? &*before : nullptr, manifest, keys.left, interrupt);
  } catch (const core::Error&) {
    // Ctrl-C reaches pg_dump and its like, too, and they complain.
    if (!interrupt.is_requested()) throw;
  }
  if (!taken) return core::ExitCode::interrupted;
  const auto took =
      std::chrono::duration_cast<core::Milliseconds>(core::system_clock().steady() - started);
  note_run(context, {.kind = "backup",
                     .name = manifest.name,
                     .is_good = true,
                     .took = took,
                     .detail = {{"files", manifest.files.size()}, {"left", keys.left.size()}}});
  print_made(context, manifest, *taken, took);
  for (const auto& [what, mend] : keys.left) context.warn("not in the backup: " + what, mend);
  return keys.left.empty() ? core::ExitCode::done : core::ExitCode::partly;
}

}  // namespace

cli::Command backup() {
  return {
      .path = "backup",
      .summary = "back up database, configuration, recordings and journals, and the keys apart",
      .description =
          "Makes one backup in backup.target, or by restic or rclone in backup.repository: a dump "
          "of the database, the configuration's files, what the daemons' journals have that the "
          "dump lacks, the months of the ledger that are files, and every sealed recording. What "
          "the last backup has already is not copied "
          "again. Calls and recordings go on; a recording that still runs is in the next one.\n\n"
          "Keys never go there. The key store is mirrored to recording.key_mirror, always its "
          "present state, so that what is erased is erased in every backup; with "
          "backup.passphrase_file the key ring and sipd's key go to the same place, sealed. "
          "trunkline-backup(7) says what lies where, and how to get it all back.\n\n"
          "A backup that fails, for want of room or because it is killed, leaves the others as "
          "they were and nothing of itself. Further verbs: backup list, show, verify, prune.",
      .options = {{.name = "--full",
                   .help = "read and copy every recording again, whatever the last backup has"}},
      .exits = {{core::ExitCode::partly,
                 "the backup is made; keys are not all in their place, or archived months lack "
                 "their file"},
                {core::ExitCode::config, "no place is set, or keys would lie beside recordings"},
                {core::ExitCode::unavailable, "the database does not answer"},
                {core::ExitCode::io, "the disk is full, or the recordings' disk is not mounted"},
                {core::ExitCode::try_again, "another backup, restore or drill is running"}},
      .examples = {{"trunkline backup", "one more backup"},
                   {"trunkline backup prune --dry-run", "which ones are kept, and why"}},
      .run = make_backup};
}

}  // namespace trunkline::commands
