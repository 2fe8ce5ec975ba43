// SPDX-License-Identifier: MIT
#include "trunkline/backup_erasures.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "backup/copy.h"
#include "core/text.h"
#include "localdb/database.h"
#include "os/process.h"
#include "os/system_fault.h"
#include "retention/erasures.h"
#include "trunkline/backup_site.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJournal = "erasures.db";
constexpr std::size_t kErasuresAtOnce = 5'000;
constexpr core::Milliseconds kReapplyPatience = std::chrono::hours(24);

fs::path living_folder(const config::Config& config) {
  return config.text("retention.state_dir");
}

void collect_erased(const fs::path& folder, std::set<core::RecordingId>& erased) {
  auto journal = core::value_or_throw(retention::ErasureJournal::open(folder));
  for (std::int64_t after = 0;;) {
    const auto done = journal.done(after, kErasuresAtOnce);
    if (done.empty()) return;
    for (const retention::Erasure& erasure : done)
      if (erasure.kind == retention::Kind::recording) erased.insert(core::RecordingId(erasure.id));
  }
}

/// One file, as of one moment, while others write.
core::Result<void> copy_erasure_journal(const fs::path& from, const fs::path& to) {
  const fs::path part = to.string() + ".part";
  std::error_code ignored;
  fs::remove(part, ignored);
  try {
    localdb::Database::open(from, {.access = localdb::Access::read_only}).copy_to(part);
  } catch (const localdb::Failure& failure) {
    fs::remove(part, ignored);
    return tl::unexpected(failure.fault());
  }
  struct stat owner {};
  if (::geteuid() == 0 && ::stat(to.parent_path().c_str(), &owner) == 0 &&
      ::chown(part.c_str(), owner.st_uid, owner.st_gid) != 0)
    return os::system_failure(fmt::format("give '{}' to its owner", part.string()), errno);
  if (auto synced = backup::sync_file_system(part); !synced) return synced;
  return backup::rename_synced(part, to);
}

}  // namespace

core::Result<void> copy_erasures(const config::Config& config, const fs::path& folder) {
  const fs::path journal = living_folder(config) / kJournal;
  std::error_code failure;
  if (!fs::exists(journal, failure)) {
    if (failure) return os::system_failure("look at " + journal.string(), failure.value());
    return {};
  }
  return copy_erasure_journal(journal, folder / kJournal);
}

std::set<core::RecordingId> erased_recordings(const config::Config& config,
                                              const fs::path& folder) {
  std::set<core::RecordingId> erased;
  if (fs::exists(living_folder(config) / kJournal)) collect_erased(living_folder(config), erased);
  if (!fs::exists(folder / kJournal)) return erased;
  // Opening makes a lock beside it, which the keys' place need not have.
  const fs::path work = backup_state(config) / "restore" / "erasures";
  core::value_or_throw(backup::make_folders(work));
  (void)core::value_or_throw(backup::copy_file(folder, kJournal, work / kJournal));
  collect_erased(work, erased);
  return erased;
}

bool restore_erasures(const config::Config& config, const fs::path& folder) {
  const fs::path living = living_folder(config);
  if (fs::exists(living / kJournal) || !fs::exists(folder / kJournal)) return false;
  core::value_or_throw(backup::make_folders(living));
  core::value_or_throw(copy_erasure_journal(folder / kJournal, living / kJournal));
  return true;
}

std::optional<std::string> reapply_erasures(cli::Context& context, bool adopts) {
  if (!fs::exists(living_folder(context.config()) / kJournal)) return std::nullopt;
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "retention";
  std::vector<std::string> words{program.string(), "reapply", "--quiet"};
  if (adopts) words.emplace_back("--adopt");
  if (!context.flags().config_file.empty())
    words.insert(words.end(), {"--config", context.flags().config_file});
  for (const std::string& setting : context.flags().overrides)
    words.insert(words.end(), {"--set", setting});
  const auto done = core::value_or_throw(
      os::run_command({.arguments = std::move(words), .has_own_group = true}, kReapplyPatience));
  if (done.exit.is_success()) {
    std::vector<std::string> said;
    for (const std::string_view line : core::split(core::trim(done.output), '\n')) {
      const auto tab = line.find('\t');
      if (tab == std::string_view::npos || line.starts_with("run\t")) continue;
      said.push_back(fmt::format("{}: {}", line.substr(0, tab), line.substr(tab + 1)));
    }
    return core::join(said, "; ");
  }
  throw core::Error(core::ExitCode::partly,
                    fmt::format("what was erased may have come back: {}",
                                core::printable(core::trim(done.errors))),
                    "retention reapply");
}

}  // namespace trunkline::commands
