// SPDX-License-Identifier: MIT
#pragma once

// Backups as snapshots of restic: encrypted, deduplicated, on whatever restic can write to. A
// snapshot has two trees, the folder of begin() and recording.path, and the tag name=NAME. The
// repository is made by the first backup.

#include <map>

#include "backup/repository.h"

namespace trunkline::backup {

/// In backup.state_dir; no folder of recordings has this name.
inline constexpr const char* kStage = "trunkline-stage";

class ResticRepository final : public Repository {
 public:
  explicit ResticRepository(Place place) : place_(std::move(place)) {}

  std::string name() const override { return "restic " + place_.repository; }
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
  struct Snapshot {
    std::string id;
    std::string stage;       ///< where its two trees were
    std::string recordings;  ///< empty: it has none
  };
  core::Result<std::string> restic(std::vector<std::string> words) const;
  core::Result<void> make_repository() const;
  core::Result<void> read_snapshots();
  core::Result<Snapshot> snapshot(const std::string& name);
  std::filesystem::path stage() const { return place_.work / kStage; }

  Place place_;
  std::map<std::string, Snapshot> snapshots_;
};

}  // namespace trunkline::backup
