// SPDX-License-Identifier: MIT
#pragma once

// Keeps sipd's snapshot of the directory fresh. A thread of its own LISTENs on trunkline_directory,
// loads the directory again after each change, saves it to the local file and hands it over. With
// PostgreSQL away it goes on with the last one (after a restart: the file's) and reconnects with a
// growing pause.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/time.h"
#include "db/connection.h"
#include "directory/snapshot.h"

namespace trunkline::directory {

struct WatcherOptions {
  db::Options database = {};
  std::filesystem::path file = {};  ///< where the last snapshot is kept
  /// Look at the version this often, in case a notification got lost with a connection.
  core::Milliseconds refresh{10'000};
  core::Milliseconds first_backoff{100};
  core::Milliseconds last_backoff{5'000};
};

struct WatcherStatus {
  bool is_connected = false;
  std::uint64_t version = 0;
  bool is_from_file = false;    ///< nothing was loaded from PostgreSQL since the start
  std::string last_error = {};  ///< why it is not connected; empty when it is
};

class Watcher {
 public:
  /// On the watcher's thread, only for a snapshot that differs from the one before.
  using Changed = std::function<void(SnapshotPtr)>;

  /// Reads the local file, so that current() is of use at once, then starts the thread.
  Watcher(WatcherOptions options, Changed changed);
  /// Stops within a statement's deadline.
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Never null; an empty snapshot where there is neither database nor file. Any thread.
  SnapshotPtr current() const;
  /// Load again now (SIGHUP, `sipctl reload`). Any thread, returns at once.
  void reload() noexcept;
  WatcherStatus status() const;

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace trunkline::directory
