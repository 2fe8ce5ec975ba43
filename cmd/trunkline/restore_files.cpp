// SPDX-License-Identifier: MIT

// The parts of a restore that are files: the configuration, the recordings, and archived months.

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <set>
#include <span>

#include "archive/tidy.h"
#include "backup/copy.h"
#include "keystore/key_store.h"
#include "os/atomic_file.h"
#include "os/system_fault.h"
#include "sealed/format.h"
#include "storage/cold.h"
#include "trunkline/backup_site.h"
#include "trunkline/keys.h"
#include "trunkline/restore_parts.h"
#include "verify/engine.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr core::ByteCount kLongestConfiguration{16ULL * 1024 * 1024};
/// So many files are fetched before they get their names.
constexpr std::size_t kFilesAtOnce = 500;
/// In the tier's folder, for what is not whole yet.
constexpr const char* kUnfinished = ".restore";

/// A file of the configuration, and where it belongs.
struct Placed {
  backup::FileEntry file;
  fs::path target;
};

std::vector<Placed> placed_configuration(cli::Context& context, const RestoreSource& source) {
  const auto sources =
      config::Sources::of_process(context.flags().config_file, context.flags().overrides);
  std::vector<Placed> placed;
  for (backup::FileEntry& file : source.files_of(backup::kConfiguration)) {
    const std::string name = file.path.substr(backup::kConfiguration.size() + 1);
    const fs::path target = name == "trunkline.toml"
                                ? sources.file
                                : config::fragment_folder(sources.file) / fs::path(name).filename();
    placed.push_back({std::move(file), target});
  }
  return placed;
}

bool is_same(const backup::FileEntry& file, const fs::path& target) {
  const auto there = backup::describe(target.parent_path(), target.filename().string());
  return there && there->sha256 == file.sha256;
}

/// Recordings of the backup by what is to be done with them.
struct Sorted {
  std::vector<backup::FileEntry> missing;
  std::vector<backup::FileEntry> differing;
  std::uint64_t present = 0;
  std::uint64_t erased = 0;  ///< they have no key any more: nobody could read them
};

std::optional<std::set<core::RecordingId>> known_keys(const config::Config& config) {
  const fs::path store = key_places(config).store;
  std::error_code ignored;
  if (!fs::exists(store, ignored)) return std::nullopt;
  return verify::find_keys(keystore::KeyStore(store));
}

Sorted sort_recordings(const config::Config& config, const RestoreSource& source) {
  const fs::path root = config.text("recording.path");
  const auto keys = known_keys(config);
  Sorted sorted;
  for (backup::FileEntry& file : source.files_of(backup::kRecordings)) {
    const std::string below =
        storage::name_at(root, file.path.substr(backup::kRecordings.size() + 1));
    const auto id = sealed::recording_of(below);
    const auto there = backup::look_at(root, below);
    if (there && there->size == file.size &&
        (there->mtime_ns == file.mtime_ns || is_same(file, root / below))) {
      ++sorted.present;
    } else if (keys && id && !keys->contains(*id)) {
      ++sorted.erased;
    } else {
      (there ? sorted.differing : sorted.missing).push_back(std::move(file));
    }
  }
  return sorted;
}

/// The folders of a recording, each its root's owner's.
void make_day(const fs::path& root, const fs::path& below) {
  fs::path folder = root;
  for (const fs::path& piece : below.parent_path()) {
    folder /= piece;
    if (fs::exists(folder)) continue;
    core::value_or_throw(backup::make_folders(folder));
    give_like(folder, root);
  }
}

bool is_cold(const backup::FileEntry& file) {
  return storage::is_cold(file.path.substr(backup::kRecordings.size() + 1));
}

/// Fetched and compared beside the recordings of their tier, then named: a recording is there whole
/// or not.
void bring(const fs::path& root, const fs::path& tier, const RestoreSource& source,
           const std::vector<backup::FileEntry>& files) {
  const fs::path unfinished = tier / kUnfinished;
  core::value_or_throw(
      backup::fetch_checked(source.repository, source.manifest, files, unfinished));
  core::value_or_throw(backup::sync_file_system(tier));
  for (const backup::FileEntry& file : files) {
    const fs::path below = file.path.substr(backup::kRecordings.size() + 1);
    make_day(root, below);
    give_like(unfinished / file.path, root);
    core::value_or_throw(backup::rename_synced(unfinished / file.path, root / below));
  }
}

void bring_all(const fs::path& root, const fs::path& tier, const RestoreSource& source,
               std::span<const backup::FileEntry> files, std::size_t at_once) {
  if (files.empty()) return;
  if (!fs::exists(tier)) {
    core::value_or_throw(backup::make_folders(tier));
    give_like(tier, root);
  }
  for (; !files.empty(); files = files.subspan(std::min(at_once, files.size()))) {
    const auto some = files.first(std::min(at_once, files.size()));
    bring(root, tier, source, {some.begin(), some.end()});
  }
}

/// Archived months by what is to be done with them.
struct SortedArchives {
  std::vector<backup::FileEntry> missing;
  std::uint64_t present = 0;
  std::uint64_t replaced = 0;  ///< by a file of here, which was erased in since
};

SortedArchives sort_archives(const fs::path& folder, const RestoreSource& source) {
  const std::set<std::string> replaced = archive::replaced_in(folder);
  SortedArchives sorted;
  for (backup::FileEntry& file : source.files_of(backup::kArchives)) {
    const std::string name = file.path.substr(backup::kArchives.size() + 1);
    if (fs::exists(folder / name))
      ++sorted.present;
    else if (replaced.contains(name))
      ++sorted.replaced;
    else
      sorted.missing.push_back(std::move(file));
  }
  return sorted;
}

void remove_unfinished(const fs::path& root) {
  std::error_code failure;
  fs::remove_all(root / kUnfinished, failure);
  fs::remove_all(root / storage::kColdFolder / kUnfinished, failure);
}

}  // namespace

std::vector<backup::FileEntry> RestoreSource::files_of(std::string_view part) const {
  std::vector<backup::FileEntry> files;
  for (const backup::FileEntry& file : manifest.files)
    if (backup::is_of(file.path, part)) files.push_back(file);
  return files;
}

void give_like(const fs::path& path, const fs::path& model) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(model.c_str(), &owner) != 0) return;
  if (::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0)
    throw os::system_error(fmt::format("give '{}' to its owner", path.string()), errno);
}

RestorePlan plan_configuration(cli::Context& context, const RestoreSource& source) {
  std::size_t made = 0;
  std::size_t changed = 0;
  for (const Placed& placed : placed_configuration(context, source)) {
    if (is_same(placed.file, placed.target)) continue;
    ++(fs::exists(placed.target) ? changed : made);
  }
  return {.says = fmt::format("{} files are made, {} become what they were (each is kept beside "
                              "it, as .before-restore)",
                              made, changed),
          .overwrites = changed > 0};
}

std::string restore_configuration(cli::Context& context, const RestoreSource& source) {
  const fs::path work = backup_state(context.config()) / "restore";
  const auto all = placed_configuration(context, source);
  core::value_or_throw(backup::fetch_checked(source.repository, source.manifest,
                                             source.files_of(backup::kConfiguration), work));
  std::size_t done = 0;
  for (const auto& [file, target] : all) {
    if (is_same(file, target)) continue;
    std::error_code failure;
    fs::create_directories(target.parent_path(), failure);
    const auto text =
        core::value_or_throw(os::read_text_file(work / file.path, kLongestConfiguration));
    if (const auto old = os::read_text_file(target, kLongestConfiguration))
      core::value_or_throw(
          os::write_atomically(target.string() + ".before-restore", core::as_bytes(*old), 0644));
    core::value_or_throw(os::write_atomically(target, core::as_bytes(text), 0644));
    ++done;
  }
  return fmt::format("{} of {} files restored", done, all.size());
}

RestorePlan plan_recordings(cli::Context& context, const RestoreSource& source) {
  const Sorted sorted = sort_recordings(context.config(), source);
  return {.says = fmt::format("{} are made, {} become what they were, {} are here already, {} were "
                              "erased and stay away; what is newer stays",
                              sorted.missing.size(), sorted.differing.size(), sorted.present,
                              sorted.erased),
          .overwrites = !sorted.differing.empty()};
}

std::string restore_recordings(cli::Context& context, const RestoreSource& source) {
  const config::Config& config = context.config();
  const fs::path root = config.text("recording.path");
  if (!fs::exists(root)) {
    core::value_or_throw(backup::make_folders(root));
    give_like(root, key_places(config).store.parent_path());
  }
  remove_unfinished(root);  // of a restore that was cut short
  Sorted sorted = sort_recordings(config, source);
  std::vector<backup::FileEntry> all = std::move(sorted.missing);
  all.insert(all.end(), sorted.differing.begin(), sorted.differing.end());
  const auto first_cold = std::partition(all.begin(), all.end(), std::not_fn(is_cold));
  // Other programs are asked once: each time they read their index.
  const std::size_t at_once = config.text("backup.tool") == "files" ? kFilesAtOnce : all.size();
  try {
    bring_all(root, root, source, std::span(all.begin(), first_cold), at_once);
    bring_all(root, root / storage::kColdFolder, source, std::span(first_cold, all.end()), at_once);
  } catch (...) {
    remove_unfinished(root);
    throw;
  }
  remove_unfinished(root);
  return fmt::format("{} restored, {} were here, {} were erased", all.size(), sorted.present,
                     sorted.erased);
}

RestorePlan plan_archives(cli::Context& context, const RestoreSource& source) {
  const SortedArchives sorted = sort_archives(context.config().text("ledger.archive_dir"), source);
  return {.says = fmt::format("{} are made, {} are here already, {} have another file here, which "
                              "was erased in",
                              sorted.missing.size(), sorted.present, sorted.replaced)};
}

std::string restore_archives(cli::Context& context, const RestoreSource& source) {
  const fs::path folder = context.config().text("ledger.archive_dir");
  const SortedArchives sorted = sort_archives(folder, source);
  const fs::path unfinished = folder / kUnfinished;
  std::error_code ignored;  // of a restore that was cut short
  fs::remove_all(unfinished, ignored);
  if (!sorted.missing.empty()) {
    core::value_or_throw(backup::make_folders(folder));
    core::value_or_throw(
        backup::fetch_checked(source.repository, source.manifest, sorted.missing, unfinished));
    core::value_or_throw(backup::sync_file_system(folder));
    for (const backup::FileEntry& file : sorted.missing) {
      give_like(unfinished / file.path, folder);
      core::value_or_throw(backup::rename_synced(
          unfinished / file.path, folder / file.path.substr(backup::kArchives.size() + 1)));
    }
    fs::remove_all(unfinished, ignored);
  }
  return fmt::format("{} restored, {} were here, {} have another file", sorted.missing.size(),
                     sorted.present, sorted.replaced);
}

}  // namespace trunkline::commands
