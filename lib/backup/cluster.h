// SPDX-License-Identifier: MIT
#pragma once

// A PostgreSQL cluster for an hour: made in a folder, reached over a Unix socket in a folder of its
// own that nobody else can enter, gone with the object. As root it runs as the user postgres.

#include <filesystem>
#include <string>

#include "core/error.h"
#include "os/process.h"

namespace trunkline::backup {

class [[nodiscard]] ScratchCluster {
 public:
  /// Makes and starts it. `folder` is made, its parents must let the user postgres pass. Throws
  /// core::Error.
  explicit ScratchCluster(std::filesystem::path folder);
  ~ScratchCluster();
  ScratchCluster(const ScratchCluster&) = delete;
  ScratchCluster& operator=(const ScratchCluster&) = delete;

  /// For libpq, as the superuser.
  std::string url(const std::string& database) const;

 private:
  std::vector<std::string> as_owner(std::vector<std::string> command) const;
  void give_to_owner(const std::filesystem::path& path) const;
  void start();

  std::filesystem::path folder_;
  std::filesystem::path programs_;
  std::filesystem::path socket_;
  os::Child server_;
};

}  // namespace trunkline::backup
