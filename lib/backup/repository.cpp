// SPDX-License-Identifier: MIT
#include "backup/repository.h"

#include <fmt/format.h>

#include "backup/copy.h"
#include "backup/files_repository.h"
#include "backup/rclone_repository.h"
#include "backup/restic_repository.h"
#include "os/process.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

core::Fault not_set(std::string_view setting, std::string_view example) {
  return {core::ExitCode::config, fmt::format("{} names no place for backups", setting),
          fmt::format("trunkline config set {} {}", setting, example)};
}

core::Result<void> require_tool(const std::string& tool) {
  if (os::find_program(tool)) return {};
  return core::fault(core::ExitCode::config, fmt::format("{} is not installed", tool),
                     fmt::format("apt-get install {}", tool));
}

}  // namespace

core::Result<std::unique_ptr<Repository>> open_repository(Place place) {
  if (place.tool == "files") {
    if (place.target.empty()) return tl::unexpected(not_set("backup.target", "/mnt/backup"));
    return std::make_unique<FilesRepository>(std::move(place));
  }
  if (place.repository.empty())
    return tl::unexpected(not_set(
        "backup.repository", place.tool == "restic" ? "/mnt/restic" : "REMOTE:BUCKET/trunkline"));
  if (auto there = require_tool(place.tool); !there) return tl::unexpected(there.error());
  if (place.tool == "rclone") return std::make_unique<RcloneRepository>(std::move(place));
  if (place.password.empty())
    return core::fault(core::ExitCode::config, "restic has no password",
                       "trunkline config set backup.password_file FILE, its owner's alone");
  return std::make_unique<ResticRepository>(std::move(place));
}

core::Result<Manifest> read_manifest(Repository& repository, const std::string& name) {
  const auto text = repository.manifest_text(name);
  if (!text) return tl::unexpected(text.error());
  auto manifest = parse_manifest(*text);
  if (!manifest)
    return core::fault(manifest.error().code,
                       fmt::format("backup {}: {}", name, manifest.error().message),
                       manifest.error().hint);
  if (manifest->name != name)
    return core::fault(core::ExitCode::data,
                       fmt::format("backup {}: its manifest is that of another one", name),
                       "take another one: trunkline backup list");
  return manifest;
}

core::Result<void> fetch_checked(Repository& repository, const Manifest& manifest,
                                 const std::vector<FileEntry>& files, const fs::path& into) {
  if (files.empty()) return {};
  if (auto fetched = repository.fetch(manifest, files, into); !fetched) return fetched;
  const std::vector<Damage> damages = compare_files(into, files);
  if (damages.empty()) return {};
  return core::fault(
      core::ExitCode::data,
      fmt::format("backup {} is damaged: {} {}{}", manifest.name, damages.front().path,
                  damages.front().what,
                  damages.size() > 1 ? fmt::format(", and {} more files", damages.size() - 1)
                                     : std::string()),
      "take another one: trunkline backup list; all that is wrong: trunkline backup "
      "verify " +
          manifest.name);
}

std::vector<Damage> compare_files(const fs::path& folder, const std::vector<FileEntry>& files) {
  std::vector<Damage> damages;
  for (const FileEntry& file : files) {
    const auto found = describe(folder, file.path);
    if (!found && found.error().code == core::ExitCode::no_input)
      damages.push_back({file.path, "is missing"});
    else if (!found)
      damages.push_back({file.path, "cannot be read: " + found.error().message});
    else if (found->size != file.size)
      damages.push_back({file.path, fmt::format("has {} bytes, not {}", found->size, file.size)});
    else if (found->sha256 != file.sha256)
      damages.push_back({file.path, "is not what it was"});
  }
  return damages;
}

core::Result<std::vector<FileEntry>> describe_folder(const fs::path& folder) {
  std::vector<FileEntry> files;
  for (const std::string_view part : {kDatabase, kConfiguration, kJournals, kArchives}) {
    const auto paths = files_below(folder, std::string(part));
    if (!paths) return tl::unexpected(paths.error());
    for (const std::string& path : *paths) {
      auto file = describe(folder, path);
      if (!file) return tl::unexpected(file.error());
      files.push_back(std::move(*file));
    }
  }
  return files;
}

}  // namespace trunkline::backup
