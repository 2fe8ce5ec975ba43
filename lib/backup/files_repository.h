// SPDX-License-Identifier: MIT
#pragma once

// Backups as dated folders: whole trees that a plain `cp` restores. What did not change since the
// backup before is a hard link to its file there, so a day costs the day's recordings.
//
//   TARGET/2026-11-30T011500Z/{database,configuration,journals,recordings}/  manifest.jsonl
//   TARGET/NAME.part, TARGET/NAME.gone     being made, being removed

#include <optional>

#include "backup/repository.h"

namespace trunkline::backup {

class FilesRepository final : public Repository {
 public:
  explicit FilesRepository(Place place) : place_(std::move(place)) {}

  std::string name() const override { return place_.target.string(); }
  core::Result<std::vector<std::string>> list() override;
  core::Result<std::filesystem::path> begin(const std::string& name) override;
  core::Result<FileEntry> take(const std::string& path, const FileEntry* before) override;
  core::Result<void> commit(const Manifest& manifest,
                            const std::vector<std::string>& left_out) override;
  void give_up() noexcept override;
  core::Result<std::string> manifest_text(const std::string& name) override;
  core::Result<void> fetch(const Manifest& manifest, const std::vector<FileEntry>& files,
                           const std::filesystem::path& into) override;
  core::Result<std::vector<Damage>> look(const Manifest& manifest) override;
  core::Result<std::vector<Damage>> verify(const Manifest& manifest) override;
  core::Result<void> remove(const std::vector<std::string>& names) override;

 private:
  core::Result<void> clear_leftovers();
  /// Whether the file of the newest backup got a second name.
  bool link(const std::string& path, const FileEntry& before);

  Place place_;
  std::filesystem::path part_;    ///< of the one that is being made
  std::filesystem::path newest_;  ///< the folder of the newest whole one
};

}  // namespace trunkline::backup
