// SPDX-License-Identifier: MIT
#pragma once

// Backups on whatever rclone can write to (S3 and its like, SFTP, a folder). Objects there cannot
// be linked, so recordings lie once each, named by their hash, and the manifests say which backup
// has which:
//
//   REMOTE:PATH/2026-11-30T011500Z/{database,configuration,journals}/  manifest.jsonl (last)
//   REMOTE:PATH/pool/9f/9f02ab4c...     recordings, by SHA-256

#include <set>

#include "backup/repository.h"

namespace trunkline::backup {

class RcloneRepository final : public Repository {
 public:
  explicit RcloneRepository(Place place) : place_(std::move(place)) {}

  std::string name() const override { return "rclone " + place_.repository; }
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
  core::Result<std::string> rclone(std::vector<std::string> words) const;
  std::string at(const std::string& path) const { return place_.repository + "/" + path; }
  core::Result<std::string> write_list(const std::vector<std::string>& lines) const;
  /// What the pool holds.
  core::Result<std::set<std::string>> pool() const;
  /// Removes of the pool what no backup names any more.
  core::Result<void> clean_pool();
  std::filesystem::path stage() const { return place_.work / "stage"; }

  Place place_;
};

}  // namespace trunkline::backup
