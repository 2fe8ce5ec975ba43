// SPDX-License-Identifier: MIT
#include "backup/rclone_repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "backup/copy.h"
#include "backup/keep.h"
#include "backup/tool.h"
#include "core/text.h"
#include "os/atomic_file.h"
#include "os/system_fault.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPool = "pool";

std::string pooled(const FileEntry& file) {
  const std::string hash = core::to_hex(file.sha256);
  return hash.substr(0, 2) + "/" + hash;
}

bool is_absent(const core::Fault& fault) {
  return fault.message.find("directory not found") != std::string::npos ||
         fault.message.find("object not found") != std::string::npos ||
         fault.message.find("doesn't exist") != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : core::split(text, '\n'))
    if (!line.empty()) lines.emplace_back(line);
  return lines;
}

}  // namespace

core::Result<std::string> RcloneRepository::rclone(std::vector<std::string> words) const {
  std::vector<std::string> command{"rclone", "--retries",  "3", "--transfers",
                                   "10",     "--checkers", "10"};
  if (!place_.tool_config.empty())
    command.insert(command.end(), {"--config", place_.tool_config.string()});
  command.insert(command.end(), words.begin(), words.end());
  return run_tool({.arguments = std::move(command)});
}

core::Result<std::string> RcloneRepository::write_list(
    const std::vector<std::string>& lines) const {
  const fs::path list = place_.work / "stage.list";
  if (auto made = make_folders(place_.work); !made) return tl::unexpected(made.error());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  if (auto written = os::write_atomically(list, core::as_bytes(text), 0600); !written)
    return tl::unexpected(written.error());
  return list.string();
}

core::Result<std::vector<std::string>> RcloneRepository::list() {
  const auto text = rclone({"lsf", "--recursive", "--max-depth", "2", "--files-only", "--include",
                            fmt::format("/*/{}", kManifestFile), place_.repository});
  if (!text) {
    if (is_absent(text.error())) return std::vector<std::string>{};
    return tl::unexpected(text.error());
  }
  std::vector<std::string> names;
  for (const std::string& line : lines_of(*text)) {
    const std::string name = line.substr(0, line.find('/'));
    if (time_of(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

core::Result<fs::path> RcloneRepository::begin(const std::string& /*name*/) {
  give_up();
  const auto names = list();
  if (!names) return tl::unexpected(names.error());
  const auto folders = rclone({"lsf", "--dirs-only", place_.repository});
  if (!folders && !is_absent(folders.error())) return tl::unexpected(folders.error());
  // What a backup left that was cut short: a folder without a manifest.
  for (std::string folder : lines_of(folders.value_or(std::string()))) {
    if (folder.ends_with('/')) folder.pop_back();
    if (!time_of(folder) || std::binary_search(names->begin(), names->end(), folder)) continue;
    if (auto gone = rclone({"purge", at(folder)}); !gone && !is_absent(gone.error()))
      return tl::unexpected(gone.error());
  }
  if (auto made = make_folders(stage() / "backup"); !made) return tl::unexpected(made.error());
  return stage() / "backup";
}

core::Result<FileEntry> RcloneRepository::take(const std::string& path, const FileEntry* before) {
  const std::string below = path.substr(kRecordings.size() + 1);
  if (before != nullptr) {
    const auto now = look_at(place_.recordings, below);
    if (now && now->size == before->size && now->mtime_ns == before->mtime_ns) return *before;
  }
  auto entry = describe(place_.recordings, below);
  if (!entry) return entry;
  entry->path = path;
  // rclone follows it and copies the file under its hash.
  const fs::path link = stage() / kPool / pooled(*entry);
  if (auto made = make_folders(link.parent_path()); !made) return tl::unexpected(made.error());
  std::error_code failure;
  fs::remove(link, failure);
  fs::create_symlink(place_.recordings / below, link, failure);
  if (failure) return os::system_failure("make link " + link.string(), failure.value());
  return entry;
}

core::Result<void> RcloneRepository::commit(const Manifest& manifest,
                                            const std::vector<std::string>& /*left_out*/) {
  if (fs::exists(stage() / kPool)) {
    const auto copied = rclone({"copy", "--copy-links", "--ignore-existing",
                                (stage() / kPool).string(), at(std::string(kPool))});
    if (!copied) return tl::unexpected(copied.error());
  }
  const auto copied = rclone({"copy", (stage() / "backup").string(), at(manifest.name)});
  if (!copied) return tl::unexpected(copied.error());
  // What the manifest of the newest backup named may have gone since.
  const auto there = pool();
  if (!there) return tl::unexpected(there.error());
  for (const FileEntry& file : manifest.files)
    if (is_of(file.path, kRecordings) && !there->contains(pooled(file)))
      return core::fault(core::ExitCode::data,
                         fmt::format("{} of an earlier backup is missing in {}", file.path,
                                     at(std::string(kPool))),
                         "make a backup that reads all: trunkline backup --full");
  const fs::path text = stage() / kManifestFile;
  if (auto written = os::write_atomically(text, core::as_bytes(to_text(manifest)), 0600); !written)
    return written;
  const auto last =
      rclone({"copyto", text.string(), at(fmt::format("{}/{}", manifest.name, kManifestFile))});
  if (!last) return tl::unexpected(last.error());
  give_up();
  return {};
}

void RcloneRepository::give_up() noexcept {
  std::error_code ignored;  // the next begin() removes it
  fs::remove_all(stage(), ignored);
}

core::Result<std::string> RcloneRepository::manifest_text(const std::string& name) {
  return rclone({"cat", at(fmt::format("{}/{}", name, kManifestFile))});
}

core::Result<void> RcloneRepository::fetch(const Manifest& manifest,
                                           const std::vector<FileEntry>& files,
                                           const fs::path& into) {
  std::vector<std::string> small;
  std::set<std::string> large;
  for (const FileEntry& file : files) {
    if (is_of(file.path, kRecordings))
      large.insert(pooled(file));
    else
      small.push_back(file.path);
  }
  const auto copy = [&](const std::vector<std::string>& paths, const std::string& from,
                        const fs::path& to) -> core::Result<void> {
    if (paths.empty()) return {};
    const auto list = write_list(paths);
    if (!list) return tl::unexpected(list.error());
    const auto copied = rclone({"copy", "--files-from-raw", *list, from, to.string()});
    if (!copied) return tl::unexpected(copied.error());
    return {};
  };
  if (auto copied = copy(small, at(manifest.name), into); !copied) return copied;
  const fs::path raw = into / ".pool";
  if (auto copied = copy({large.begin(), large.end()}, at(std::string(kPool)), raw); !copied)
    return copied;
  for (const FileEntry& file : files) {
    if (!is_of(file.path, kRecordings) || !fs::exists(raw / pooled(file))) continue;
    auto copied = copy_file(raw, pooled(file), into / file.path);
    if (!copied) return tl::unexpected(copied.error());
  }
  std::error_code ignored;
  fs::remove_all(raw, ignored);
  return {};
}

core::Result<std::set<std::string>> RcloneRepository::pool() const {
  const auto text = rclone({"lsf", "--recursive", "--files-only", at(std::string(kPool))});
  if (!text && !is_absent(text.error())) return tl::unexpected(text.error());
  const auto lines = lines_of(text.value_or(std::string()));
  return std::set<std::string>(lines.begin(), lines.end());
}

core::Result<std::vector<Damage>> RcloneRepository::look(const Manifest& manifest) {
  const auto pooled_files = pool();
  if (!pooled_files) return tl::unexpected(pooled_files.error());
  const auto text = rclone({"lsf", "--recursive", "--files-only", at(manifest.name)});
  if (!text) return tl::unexpected(text.error());
  const auto lines = lines_of(*text);
  const std::set<std::string> own(lines.begin(), lines.end());
  std::vector<Damage> damages;
  for (const FileEntry& file : manifest.files)
    if (is_of(file.path, kRecordings) ? !pooled_files->contains(pooled(file))
                                      : !own.contains(file.path))
      damages.push_back({file.path, "is missing"});
  return damages;
}

core::Result<std::vector<Damage>> RcloneRepository::verify(const Manifest& manifest) {
  std::map<std::string, std::string> hashes;
  std::set<std::string> wanted;
  for (const FileEntry& file : manifest.files)
    if (is_of(file.path, kRecordings)) wanted.insert(pooled(file));
  const auto list = write_list({wanted.begin(), wanted.end()});
  if (!list) return tl::unexpected(list.error());
  // --download: the hash of what is there, not what the store says it was.
  const auto read = [&](std::vector<std::string> words,
                        const std::string& prefix) -> core::Result<void> {
    words.insert(words.begin(), {"hashsum", "sha256", "--download"});
    const auto text = rclone(std::move(words));
    if (!text) return tl::unexpected(text.error());
    for (const std::string& line : lines_of(*text))
      if (const auto gap = line.find("  "); gap != std::string::npos)
        hashes[prefix + line.substr(gap + 2)] = line.substr(0, gap);
    return {};
  };
  if (auto done = read({at(manifest.name)}, {}); !done) return tl::unexpected(done.error());
  if (!wanted.empty())
    if (auto done = read({"--files-from-raw", *list, at(std::string(kPool))}, "pool/"); !done)
      return tl::unexpected(done.error());
  std::vector<Damage> damages;
  for (const FileEntry& file : manifest.files) {
    const bool is_pooled = is_of(file.path, kRecordings);
    const auto found = hashes.find(is_pooled ? "pool/" + pooled(file) : file.path);
    if (found == hashes.end())
      damages.push_back({file.path, "is missing"});
    else if (found->second != core::to_hex(file.sha256))
      damages.push_back({file.path, "is not what it was"});
  }
  return damages;
}

core::Result<void> RcloneRepository::clean_pool() {
  const auto names = list();
  if (!names) return tl::unexpected(names.error());
  auto there = pool();
  if (!there) return tl::unexpected(there.error());
  for (const std::string& name : *names) {
    const auto manifest = read_manifest(*this, name);
    // A manifest that cannot be read may name anything: nothing goes.
    if (!manifest) return tl::unexpected(manifest.error());
    for (const FileEntry& file : manifest->files) there->erase(pooled(file));
  }
  if (there->empty()) return {};
  const auto list = write_list({there->begin(), there->end()});
  if (!list) return tl::unexpected(list.error());
  const auto gone = rclone({"delete", "--files-from-raw", *list, at(std::string(kPool))});
  if (!gone) return tl::unexpected(gone.error());
  return {};
}

core::Result<void> RcloneRepository::remove(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    // Without its manifest it is no backup any more, whatever happens next.
    const auto first = rclone({"deletefile", at(fmt::format("{}/{}", name, kManifestFile))});
    if (!first && !is_absent(first.error())) return tl::unexpected(first.error());
    const auto rest = rclone({"purge", at(name)});
    if (!rest && !is_absent(rest.error())) return tl::unexpected(rest.error());
  }
  return clean_pool();
}

}  // namespace trunkline::backup
