// SPDX-License-Identifier: MIT
#include "backup/restic_repository.h"

#include <fmt/format.h>

#include <fstream>

#include "backup/copy.h"
#include "backup/keep.h"
#include "backup/tool.h"
#include "core/json.h"
#include "os/atomic_file.h"
#include "os/credential.h"
#include "os/system_fault.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTag = "trunkline";
constexpr std::string_view kNameTag = "name=";
constexpr std::string_view kNoRepository = "unable to open config file";
/// More files than this are restored by their whole tree.
constexpr std::size_t kNamedAtMost = 500;

/// restic's patterns: what would be one is taken as it is.
std::string literal(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

core::Result<void> move_tree(const fs::path& from, const fs::path& to) {
  const auto paths = files_below(from, {});
  if (!paths) return tl::unexpected(paths.error());
  for (const std::string& path : *paths) {
    if (auto made = make_folders((to / path).parent_path()); !made) return made;
    std::error_code failure;
    fs::rename(from / path, to / path, failure);
    if (failure) return os::system_failure("move " + (from / path).string(), failure.value());
  }
  return {};
}

}  // namespace

core::Result<std::string> ResticRepository::restic(std::vector<std::string> words) const {
  // A repository's address may hold a password, which a command line would show to everybody.
  const fs::path address = place_.work / "restic-repository";
  if (auto written = os::write_atomically(address, core::as_bytes(place_.repository), 0600);
      !written)
    return tl::unexpected(written.error());
  // systemd may pass the password as a credential.
  const fs::path password = os::credential_path(place_.password);
  std::vector<std::string> command{"restic",
                                   "--repository-file",
                                   address.string(),
                                   "--password-file",
                                   password.string(),
                                   "--cache-dir",
                                   (place_.work / "restic-cache").string()};
  command.insert(command.end(), words.begin(), words.end());
  return run_tool({.arguments = std::move(command)});
}

core::Result<void> ResticRepository::make_repository() const {
  const auto config = restic({"cat", "config"});
  if (config) return {};
  // Only where there is none: another failure must not be met by making one.
  if (config.error().message.find(kNoRepository) == std::string::npos)
    return tl::unexpected(config.error());
  const auto made = restic({"init"});
  if (!made) return tl::unexpected(made.error());
  return {};
}

core::Result<void> ResticRepository::read_snapshots() {
  snapshots_.clear();
  const auto text = restic({"snapshots", "--json", "--tag", std::string(kTag)});
  if (!text) {
    if (text.error().message.find(kNoRepository) != std::string::npos) return {};
    return tl::unexpected(text.error());
  }
  const auto all = core::parse_json(*text);
  if (!all || !all->is_array())
    return core::fault(core::ExitCode::protocol, "cannot read what restic says of its snapshots");
  for (const core::Json& json : *all) {
    Snapshot snapshot{.id = core::text_at(json, "id"), .stage = {}, .recordings = {}};
    std::string name;
    for (const core::Json& tag : json.value("tags", core::Json::array()))
      if (tag.is_string() && tag.get<std::string>().starts_with(kNameTag))
        name = tag.get<std::string>().substr(kNameTag.size());
    for (const core::Json& path : json.value("paths", core::Json::array())) {
      if (!path.is_string()) continue;
      (fs::path(path.get<std::string>()).filename() == kStage ? snapshot.stage
                                                              : snapshot.recordings) =
          path.get<std::string>();
    }
    if (time_of(name) && !snapshot.id.empty()) snapshots_[name] = snapshot;
  }
  return {};
}

core::Result<ResticRepository::Snapshot> ResticRepository::snapshot(const std::string& name) {
  if (!snapshots_.contains(name))
    if (auto read = read_snapshots(); !read) return tl::unexpected(read.error());
  const auto found = snapshots_.find(name);
  if (found == snapshots_.end())
    return core::fault(core::ExitCode::no_input, fmt::format("there is no backup {}", name),
                       "trunkline backup list");
  return found->second;
}

core::Result<std::vector<std::string>> ResticRepository::list() {
  if (auto read = read_snapshots(); !read) return tl::unexpected(read.error());
  std::vector<std::string> names;
  for (const auto& [name, snapshot] : snapshots_) names.push_back(name);
  return names;
}

core::Result<fs::path> ResticRepository::begin(const std::string& /*name*/) {
  give_up();
  if (auto made = make_folders(stage()); !made) return tl::unexpected(made.error());
  if (auto made = make_repository(); !made) return tl::unexpected(made.error());
  return stage();
}

core::Result<FileEntry> ResticRepository::take(const std::string& path, const FileEntry* before) {
  const std::string below = path.substr(kRecordings.size() + 1);
  if (before != nullptr) {
    const auto now = look_at(place_.recordings, below);
    if (now && now->size == before->size && now->mtime_ns == before->mtime_ns) return *before;
  }
  auto entry = describe(place_.recordings, below);
  if (entry) entry->path = path;
  return entry;
}

core::Result<void> ResticRepository::commit(const Manifest& manifest,
                                            const std::vector<std::string>& left_out) {
  if (auto written =
          os::write_atomically(stage() / kManifestFile, core::as_bytes(to_text(manifest)), 0600);
      !written)
    return written;
  const fs::path excludes = place_.work / "stage.exclude";
  std::string text;
  for (const std::string& path : left_out)
    text += literal((place_.recordings / path).string()) + "\n";
  if (auto written = os::write_atomically(excludes, core::as_bytes(text), 0600); !written)
    return written;
  std::vector<std::string> words{
      "backup",          "--quiet",         "--tag",
      std::string(kTag), "--tag",           std::string(kNameTag) + manifest.name,
      "--exclude-file",  excludes.string(), stage().string()};
  if (manifest.has(kRecordings)) words.push_back(place_.recordings.string());
  const auto done = restic(std::move(words));
  if (!done) return tl::unexpected(done.error());
  give_up();
  return {};
}

void ResticRepository::give_up() noexcept {
  std::error_code ignored;  // the next begin() removes it
  fs::remove_all(stage(), ignored);
}

core::Result<std::string> ResticRepository::manifest_text(const std::string& name) {
  const auto found = snapshot(name);
  if (!found) return tl::unexpected(found.error());
  return restic({"dump", "--quiet", found->id, (fs::path(found->stage) / kManifestFile).string()});
}

core::Result<void> ResticRepository::fetch(const Manifest& manifest,
                                           const std::vector<FileEntry>& files,
                                           const fs::path& into) {
  const auto found = snapshot(manifest.name);
  if (!found) return tl::unexpected(found.error());
  const fs::path raw = into / ".restic";
  std::vector<std::string> words{"restore", "--quiet", found->id, "--target", raw.string()};
  std::size_t recordings = 0;
  for (const FileEntry& file : files) recordings += is_of(file.path, kRecordings) ? 1U : 0U;
  const auto include = [&](const std::string& path) {
    words.insert(words.end(), {"--include", literal(path)});
  };
  if (recordings < files.size()) include(found->stage);
  if (recordings > kNamedAtMost) include(found->recordings);
  for (const FileEntry& file : files)
    if (recordings <= kNamedAtMost && is_of(file.path, kRecordings))
      include(found->recordings + file.path.substr(kRecordings.size()));
  if (auto done = restic(std::move(words)); !done) return tl::unexpected(done.error());
  if (auto moved = move_tree(raw / fs::path(found->stage).relative_path(), into); !moved)
    return moved;
  if (auto moved = move_tree(raw / fs::path(found->recordings).relative_path(),
                             into / std::string(kRecordings));
      recordings > 0 && !moved)
    return moved;
  std::error_code ignored;  // empty folders
  fs::remove_all(raw, ignored);
  return {};
}

core::Result<std::vector<Damage>> ResticRepository::verify(const Manifest& manifest) {
  // Reads every pack and compares it with its hash; what the snapshot holds is compared by names.
  const auto checked = restic({"check", "--read-data", "--quiet"});
  auto damages = look(manifest);
  if (checked) return damages;
  std::vector<Damage> all{{place_.repository, checked.error().message}};
  if (damages) all.insert(all.end(), damages->begin(), damages->end());
  return all;
}

core::Result<std::vector<Damage>> ResticRepository::look(const Manifest& manifest) {
  std::vector<Damage> damages;
  const auto found = snapshot(manifest.name);
  if (!found) return tl::unexpected(found.error());
  const auto listing = restic({"ls", "--json", "--quiet", found->id});
  if (!listing) return tl::unexpected(listing.error());
  std::map<std::string, std::int64_t> sizes;
  for (std::size_t at = 0; at < listing->size();) {
    const std::size_t end = std::min(listing->find('\n', at), listing->size());
    const auto json = core::parse_json(std::string_view(*listing).substr(at, end - at));
    if (json && core::text_at(*json, "type") == "file")
      sizes[core::text_at(*json, "path")] = core::number_at(*json, "size");
    at = end + 1;
  }
  for (const FileEntry& file : manifest.files) {
    const std::string path = is_of(file.path, kRecordings)
                                 ? found->recordings + file.path.substr(kRecordings.size())
                                 : found->stage + "/" + file.path;
    const auto size = sizes.find(path);
    if (size == sizes.end())
      damages.push_back({file.path, "is missing"});
    else if (static_cast<std::uint64_t>(size->second) != file.size)
      damages.push_back({file.path, fmt::format("has {} bytes, not {}", size->second, file.size)});
  }
  return damages;
}

core::Result<void> ResticRepository::remove(const std::vector<std::string>& names) {
  std::vector<std::string> words{"forget", "--quiet", "--prune"};
  for (const std::string& name : names) {
    const auto found = snapshot(name);
    if (!found) return tl::unexpected(found.error());
    words.push_back(found->id);
  }
  if (auto done = restic(std::move(words)); !done) return tl::unexpected(done.error());
  snapshots_.clear();
  return {};
}

}  // namespace trunkline::backup
