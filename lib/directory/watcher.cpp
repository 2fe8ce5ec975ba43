// SPDX-License-Identifier: MIT
#include "directory/watcher.h"

#include <algorithm>
#include <thread>

#include "core/locked.h"
#include "core/log.h"
#include "db/wakeup.h"
#include "os/heap.h"

namespace trunkline::directory {

class Watcher::Worker {
 public:
  Worker(WatcherOptions options, Changed changed)
      : options_(std::move(options)), changed_(std::move(changed)) {
    options_.database.interrupt = stop_.descriptor();
    if (const core::Result<SnapshotPtr> kept = load_file(options_.file)) {
      shared_.with([&](Shared& shared) {
        shared.snapshot = *kept;
        shared.status.version = (*kept)->version();
      });
    } else if (kept.error().code != core::ExitCode::no_input) {
      core::log_warning("cannot use the local directory file", {{"error", kept.error().message}});
    }
    thread_ = std::thread([this] { run(); });
  }
  ~Worker() {
    stop_.set();
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  SnapshotPtr current() const {
    return shared_.with([](const Shared& shared) { return shared.snapshot; });
  }
  WatcherStatus status() const {
    return shared_.with([](const Shared& shared) { return shared.status; });
  }
  void reload() noexcept { wake_.set(); }

 private:
  struct Shared {
    SnapshotPtr snapshot = std::make_shared<const Snapshot>();
    WatcherStatus status{.is_from_file = true};
  };

  void run() {
    if (current()->version() > 0) changed_(current());
    core::Milliseconds backoff = options_.first_backoff;
    while (!stop_.is_set()) {
      try {
        watch(backoff);
      } catch (const core::Error& error) {
        note_failure(error);
      }
      // A reload asked for meanwhile is an attempt to connect now.
      if (wake_.wait(backoff, stop_)) wake_.clear();
      backoff = std::min(backoff * 2, options_.last_backoff);
    }
  }

  /// One connection's life; ends with an exception, or by stop().
  void watch(core::Milliseconds& backoff) {
    db::Connection connection = db::Connection::open(options_.database);
    connection.listen("trunkline_directory");  // before loading, so that no change falls between
    take(load(connection));
    backoff = options_.first_backoff;
    core::log_info("directory connected", {{"version", current()->version()}});
    while (!stop_.is_set()) {
      const bool is_notified = connection.wait(options_.refresh, wake_.descriptor()).has_value();
      while (is_notified && connection.wait(core::Milliseconds(0))) {
      }  // several changes, one load
      const bool is_asked = wake_.is_set();
      wake_.clear();
      if (is_notified || is_asked || version_of(connection) != current()->version()) {
        take(load(connection));
      }
    }
  }

  static std::uint64_t version_of(db::Connection& connection) {
    static constexpr db::Statement kVersion{"SELECT version FROM trunkline.directory_version"};
    return static_cast<std::uint64_t>(
        connection.query(kVersion).only().get<std::int64_t>("version"));
  }

  void take(SnapshotPtr loaded) {
    const SnapshotPtr before = current();
    // A restored database may have another content under the same version.
    const bool is_same =
        before->version() == loaded->version() && before->tenants() == loaded->tenants() &&
        before->devices() == loaded->devices() && before->limits() == loaded->limits();
    shared_.with([&](Shared& shared) {
      shared.status = {.is_connected = true, .version = loaded->version()};
      // The exchange goes on with the one it has; two of them would be twice the memory.
      if (!is_same) shared.snapshot = loaded;
    });
    if (!is_same) {
      if (const core::Result<void> saved = save(*loaded, options_.file); !saved) {
        core::log_warning("cannot save the directory file", {{"error", saved.error().message}});
      }
      changed_(loaded);
    }
    loaded.reset();
    os::return_free_memory();
  }

  void note_failure(const core::Error& error) {
    const bool is_news = shared_.with([&](Shared& shared) {
      shared.status.is_connected = false;
      return std::exchange(shared.status.last_error, error.fault().message) !=
             error.fault().message;
    });
    // Once for each reason: the database may be away for days.
    if (is_news && !stop_.is_set()) {
      core::log_warning("directory database is away, going on with the last snapshot",
                        {{"error", error.fault().message}});
    }
  }

  WatcherOptions options_;
  Changed changed_;
  db::Wakeup stop_;
  db::Wakeup wake_;
  core::Locked<Shared> shared_;
  std::thread thread_;
};

Watcher::Watcher(WatcherOptions options, Changed changed)
    : worker_(std::make_unique<Worker>(std::move(options), std::move(changed))) {}
Watcher::~Watcher() = default;

SnapshotPtr Watcher::current() const {
  return worker_->current();
}
void Watcher::reload() noexcept {
  worker_->reload();
}
WatcherStatus Watcher::status() const {
  return worker_->status();
}

}  // namespace trunkline::directory
