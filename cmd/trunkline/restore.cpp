// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>

#include "core/text.h"
#include "trunkline/backup_erasures.h"
#include "trunkline/backup_site.h"
#include "trunkline/commands.h"
#include "trunkline/restore_parts.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

struct RestorePart {
  const char* name;
  RestorePlan (*plan)(cli::Context&, const RestoreSource&);
  std::string (*restore)(cli::Context&, const RestoreSource&);
};

RestorePlan plan_keys_of(cli::Context& context, const RestoreSource& /*source*/) {
  return plan_keys(context);
}

std::string restore_keys_of(cli::Context& context, const RestoreSource& /*source*/) {
  return restore_keys(context);
}

/// In this order: recordings are looked up in the key store, and the database comes last, by one
/// step.
constexpr std::array<RestorePart, 5> kParts{{
    {"configuration", plan_configuration, restore_configuration},
    {"keys", plan_keys_of, restore_keys_of},
    {"recordings", plan_recordings, restore_recordings},
    {"archives", plan_archives, restore_archives},
    {"database", plan_database, restore_database},
}};

std::vector<const RestorePart*> wanted_parts(const cli::Context& context) {
  const std::vector<std::string> names = context.values("--part");
  std::vector<const RestorePart*> parts;
  for (const RestorePart& part : kParts)
    if (names.empty() || std::find(names.begin(), names.end(), part.name) != names.end())
      parts.push_back(&part);
  return parts;
}

void print_row(cli::Context& context, const char* part, std::string_view state,
               const std::string& says) {
  context.out().row({part, std::string(state), says},
                    {{"part", part}, {"state", state}, {"says", says}});
  context.out().flush();
}

/// What would be done, on the terminal before the question.
bool plan(cli::Context& context, const std::vector<const RestorePart*>& parts,
          const RestoreSource& source) {
  bool overwrites = false;
  for (const RestorePart* const part : parts) {
    const RestorePlan planned = part->plan(context, source);
    overwrites |= planned.overwrites;
    print_row(context, part->name, planned.overwrites ? "overwrites" : "planned", planned.says);
  }
  return overwrites;
}

/// Gone when the restore has ended, however it did.
class WorkFolder {
 public:
  explicit WorkFolder(fs::path path) : path_(std::move(path)) { clear(); }
  ~WorkFolder() { clear(); }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

 private:
  void clear() noexcept {
    std::error_code ignored;  // the next restore clears it
    fs::remove_all(path_, ignored);
  }
  fs::path path_;
};

/// Plans these parts, asks where something lives, and does them. False: somebody said no.
bool restore_parts(cli::Context& context, const std::vector<const RestorePart*>& parts,
                   const RestoreSource& source, core::Json& done) {
  if (parts.empty()) return true;
  const bool overwrites = plan(context, parts, source);
  if (context.has("--dry-run")) return true;
  if (overwrites && !context.confirm("overwrite what lives here?")) return false;
  const WorkFolder work(backup_state(context.config()) / "restore");
  for (const RestorePart* const part : parts) {
    print_row(context, part->name, "done", part->restore(context, source));
    done.push_back(part->name);
  }
  return true;
}

core::ExitCode restore_backup(cli::Context& context) {
  const BackupLock lock(context.config());
  const auto repository = open_backups(context.config());
  const backup::Manifest manifest =
      core::value_or_throw(backup::read_manifest(*repository, chosen_backup(context, *repository)));
  const RestoreSource source{.repository = *repository, .manifest = manifest};
  const core::SteadyTime started = core::system_clock().steady();
  context.note(fmt::format("backup {} of {}, begun {}", manifest.name, manifest.host,
                           core::to_rfc3339(manifest.begun_at)));
  context.out().table("restore_step.v1", {{"PART"}, {"STATE"}, {"SAYS"}});
  // The configuration says where the rest belongs.
  std::vector<const RestorePart*> first;
  std::vector<const RestorePart*> rest;
  for (const RestorePart* const part : wanted_parts(context))
    (part == kParts.data() ? first : rest).push_back(part);
  core::Json done = core::Json::array();
  if (!restore_parts(context, first, source, done)) return core::ExitCode::failed;
  context.forget_config();
  if (!restore_parts(context, rest, source, done)) return core::ExitCode::failed;
  if (context.has("--dry-run")) return core::ExitCode::done;
  const bool has_recordings = std::find(done.begin(), done.end(), "recordings") != done.end();
  if (const auto erased = reapply_erasures(context, has_recordings))
    print_row(context, "erasures", "done", *erased);
  note_run(context, {.kind = "restore",
                     .name = manifest.name,
                     .is_good = true,
                     .took = std::chrono::duration_cast<core::Milliseconds>(
                         core::system_clock().steady() - started),
                     .detail = {{"parts", done}}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command restore() {
  return {
      .path = "restore",
      .summary = "bring a backup back, whole or in part",
      .description =
          "Says first what would be done and what would be lost, and overwrites nothing that lives "
          "without being told so. Every file is compared with the manifest before it is used. "
          "Stopped anywhere, by kill -9 as well, it leaves the living site as it was or whole, and "
          "goes on when it is run again.\n\n"
          "The database is filled under another name, migrated and given what the journals have, "
          "those in the backup and those that live here, as far back as ledger.keep; then the two "
          "change names. The old one is kept, and sipd and recorderd go on with the new one.\n\n"
          "Keys come from recording.key_mirror or --keys, and only where there are none: a key "
          "that the living store lacks was erased. A recording whose key is erased is not brought "
          "back. At the end retention reapply erases again what the erasure journal names, of this "
          "host "
          "or its copy in the keys' place. See trunkline-backup(7) for a host that was lost.",
      .arguments = {{.name = "NAME",
                     .help = "a backup, or a beginning of its name (the newest if not given)",
                     .is_optional = true}},
      .options = {{.name = "--part",
                   .help = "only this part; may be given several times",
                   .value = "PART",
                   .choices = {"configuration", "keys", "recordings", "archives", "database"},
                   .is_repeatable = true},
                  {.name = "--dry-run", .help = "say what would be done, and what would be lost"},
                  {.name = "--keys",
                   .help = "where the copies of the keys are, instead of recording.key_mirror",
                   .value = "DIR",
                   .complete = cli::Complete::directory},
                  {.name = "--passphrase-file",
                   .help = "the passphrase of the sealed keys, instead of backup.passphrase_file",
                   .value = "FILE",
                   .complete = cli::Complete::file},
                  {.name = "--admin-url",
                   .help = "connection of a database superuser, as libpq reads it",
                   .value = "URL"}},
      .exits = {{core::ExitCode::failed, "you said no; nothing was changed"},
                {core::ExitCode::partly,
                 "all is restored, but what was erased may be back with it"},
                {core::ExitCode::data, "the backup is damaged; nothing was changed by that part"},
                {core::ExitCode::no_input, "there is no such backup"},
                {core::ExitCode::no_permission, "a passphrase is wrong, or no right to make roles"},
                {core::ExitCode::try_again, "another backup, restore or drill is running"}},
      .examples = {{"trunkline restore --dry-run", "what the newest would bring, and cost"},
                   {"trunkline restore 2026-11-29 --part database",
                    "yesterday's database; the journals fill it up"}},
      .run = restore_backup};
}

}  // namespace trunkline::commands
