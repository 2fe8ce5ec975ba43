// SPDX-License-Identifier: MIT
#include "backup/files_repository.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "backup/copy.h"
#include "backup/keep.h"
#include "core/text.h"
#include "os/atomic_file.h"
#include "os/system_fault.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPart = ".part";
constexpr std::string_view kGone = ".gone";
constexpr core::ByteCount kLongestManifest{4ULL * 1024 * 1024 * 1024};

bool is_leftover(const std::string& name) {
  for (const std::string_view ending : {kPart, kGone})
    if (name.ends_with(ending) && time_of(name.substr(0, name.size() - ending.size()))) return true;
  return false;
}

core::Result<void> remove_tree(const fs::path& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  if (failure) return os::system_failure("remove " + path.string(), failure.value());
  return {};
}

}  // namespace

core::Result<std::vector<std::string>> FilesRepository::list() {
  std::vector<std::string> names;
  std::error_code failure;
  fs::directory_iterator entry(place_.target, failure);
  if (failure)
    return os::system_failure("read the backups in " + place_.target.string(), failure.value(),
                              "is its disk mounted? see backup.target");
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const std::string name = entry->path().filename();
    if (time_of(name) && fs::exists(entry->path() / kManifestFile)) names.push_back(name);
  }
  if (failure)
    return os::system_failure("read the backups in " + place_.target.string(), failure.value());
  std::sort(names.begin(), names.end());
  return names;
}

core::Result<void> FilesRepository::clear_leftovers() {
  std::error_code failure;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(place_.target, failure))
    if (is_leftover(entry.path().filename())) leftovers.push_back(entry.path());
  for (const fs::path& path : leftovers)
    if (auto removed = remove_tree(path); !removed) return removed;
  return {};
}

core::Result<fs::path> FilesRepository::begin(const std::string& name) {
  const auto names = list();
  if (!names) return tl::unexpected(names.error());
  if (auto cleared = clear_leftovers(); !cleared) return tl::unexpected(cleared.error());
  newest_ = names->empty() ? fs::path() : place_.target / names->back();
  part_ = place_.target / (name + std::string(kPart));
  if (auto made = make_folders(part_); !made) return tl::unexpected(made.error());
  return part_;
}

bool FilesRepository::link(const std::string& path, const FileEntry& before) {
  if (newest_.empty()) return false;
  const auto old = look_at(newest_, path);
  if (!old || old->size != before.size) return false;
  const fs::path target = part_ / path;
  if (!make_folders(target.parent_path())) return false;
  // A disk without hard links, or a file with too many: it is copied.
  return ::link((newest_ / path).c_str(), target.c_str()) == 0;
}

core::Result<FileEntry> FilesRepository::take(const std::string& path, const FileEntry* before) {
  const std::string below = path.substr(kRecordings.size() + 1);
  if (before != nullptr) {
    const auto now = look_at(place_.recordings, below);
    if (now && now->size == before->size && now->mtime_ns == before->mtime_ns &&
        link(path, *before))
      return *before;
  }
  auto entry = copy_file(place_.recordings, below, part_ / path);
  if (entry) entry->path = path;
  return entry;
}

core::Result<void> FilesRepository::commit(const Manifest& manifest,
                                           const std::vector<std::string>& /*left_out*/) {
  if (auto written =
          os::write_atomically(part_ / kManifestFile, core::as_bytes(to_text(manifest)), 0600);
      !written)
    return written;
  if (auto synced = sync_file_system(part_); !synced) return synced;
  if (auto named = rename_synced(part_, place_.target / manifest.name); !named) return named;
  part_.clear();
  return {};
}

void FilesRepository::give_up() noexcept {
  if (part_.empty()) return;
  std::error_code ignored;  // the next begin() removes it
  fs::remove_all(part_, ignored);
}

core::Result<std::string> FilesRepository::manifest_text(const std::string& name) {
  return os::read_text_file(place_.target / name / kManifestFile, kLongestManifest);
}

core::Result<void> FilesRepository::fetch(const Manifest& manifest,
                                          const std::vector<FileEntry>& files,
                                          const fs::path& into) {
  for (const FileEntry& file : files) {
    auto copied = copy_file(place_.target / manifest.name, file.path, into / file.path);
    if (!copied && copied.error().code != core::ExitCode::no_input)
      return tl::unexpected(copied.error());
  }
  return {};
}

core::Result<std::vector<Damage>> FilesRepository::look(const Manifest& manifest) {
  std::vector<Damage> damages;
  for (const FileEntry& file : manifest.files) {
    const auto found = look_at(place_.target / manifest.name, file.path);
    if (!found)
      damages.push_back({file.path, "is missing"});
    else if (found->size != file.size)
      damages.push_back({file.path, fmt::format("has {} bytes, not {}", found->size, file.size)});
  }
  return damages;
}

core::Result<std::vector<Damage>> FilesRepository::verify(const Manifest& manifest) {
  return compare_files(place_.target / manifest.name, manifest.files);
}

core::Result<void> FilesRepository::remove(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const fs::path gone = place_.target / (name + std::string(kGone));
    if (auto renamed = rename_synced(place_.target / name, gone); !renamed) return renamed;
  }
  return clear_leftovers();
}

}  // namespace trunkline::backup
