// SPDX-License-Identifier: MIT
#include "keystore/mirror.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/log.h"
#include "localdb/database.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::keystore {
namespace {

core::Fault io_fault(std::string_view what, const std::filesystem::path& path) {
  return os::system_fault(
      fmt::format("{} {}", what, path.native()), errno,
      "is the disk of recording.key_mirror mounted, and writable for this user?");
}

/// Writes zeros over a file's content before it is let go: on disks that write in place, what it
/// held is gone. `file` may be no file at all.
core::Result<void> overwrite_with_zeros(const os::Fd& file, const std::filesystem::path& path) {
  if (!file) return {};
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return tl::unexpected(io_fault("look at", path));
  static const std::array<char, 65536> kZeros{};
  for (off_t done = 0; done < status.st_size;) {
    const auto count =
        std::min<std::size_t>(kZeros.size(), static_cast<std::size_t>(status.st_size - done));
    const ssize_t written = pwrite(file.get(), kZeros.data(), count, done);
    if (written <= 0) return tl::unexpected(io_fault("overwrite", path));
    done += written;
  }
  if (fsync(file.get()) != 0) return tl::unexpected(io_fault("sync", path));
  return {};
}

os::Fd open_for_overwriting(const std::filesystem::path& path) {
  return os::Fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
}

core::Result<void> sync(const std::filesystem::path& path, int flags) {
  const os::Fd file(open(path.c_str(), flags | O_CLOEXEC));
  if (!file || fsync(file.get()) != 0) return tl::unexpected(io_fault("sync", path));
  return {};
}

}  // namespace

struct Mirror::Watched {
  localdb::Database database;
  std::optional<std::int64_t> copied_version;  ///< data_version() of the state last copied
};

Mirror::Mirror(std::filesystem::path store, std::filesystem::path directory,
               const core::Clock& clock, MirrorOptions options)
    : store_(std::move(store)),
      directory_(std::move(directory)),
      clock_(clock),
      options_(options),
      thread_([this] { run(); }) {}

Mirror::~Mirror() {
  {
    const std::scoped_lock guard(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

core::Result<void> Mirror::refresh_now() {
  return copy();
}

MirrorState Mirror::state() const {
  const std::scoped_lock guard(mutex_);
  return state_;
}

void Mirror::run() noexcept {
  look();
  std::unique_lock guard(mutex_);
  while (!wake_.wait_for(guard, options_.period, [&] { return is_stopping_; })) {
    guard.unlock();
    look();
    guard.lock();
  }
  guard.unlock();
  look();
}

/// Copies if something changed since the last copy, or if that failed.
void Mirror::look() noexcept {
  try {
    bool has_changed = true;
    {
      const std::scoped_lock copying(copying_);
      if (watched_ && watched_->copied_version)
        has_changed = watched_->database.data_version() != *watched_->copied_version;
      const std::scoped_lock guard(mutex_);
      if (!has_changed && state_.error.empty()) return;
      state_.is_current = false;
    }
    (void)copy();  // its failure is in state_, and it is tried again at the next look
  } catch (const std::exception& failure) {
    const std::scoped_lock guard(mutex_);
    state_.error = failure.what();
  }
}

core::Result<void> Mirror::copy() {
  const std::scoped_lock copying(copying_);
  auto made = [&]() -> core::Result<void> {
    try {
      if (!watched_)
        watched_ = std::make_unique<Watched>(
            Watched{localdb::Database::open(store_, {.access = localdb::Access::read_write}), {}});
      if (auto usable = check_mirror_directory(directory_); !usable) return usable;
      const std::filesystem::path target = directory_ / store_.filename();
      const std::filesystem::path fresh = target.string() + ".new";
      // Left by a copy that a crash cut short: as secret as the rest.
      if (auto wiped = overwrite_with_zeros(open_for_overwriting(fresh), fresh); !wiped)
        return wiped;
      unlink(fresh.c_str());
      // Read before the copy is made: a change in between is copied once more, never missed.
      const std::int64_t version = watched_->database.data_version();
      watched_->database.copy_to(fresh);
      if (chmod(fresh.c_str(), 0600) != 0) return tl::unexpected(io_fault("protect", fresh));
      if (auto synced = sync(fresh, O_RDONLY); !synced) return synced;
      // Held open, so that it can be overwritten once the new state has taken its name.
      const os::Fd old = open_for_overwriting(target);
      if (rename(fresh.c_str(), target.c_str()) != 0)
        return tl::unexpected(io_fault("move", fresh));
      if (auto wiped = overwrite_with_zeros(old, target); !wiped) return wiped;
      if (auto synced = sync(directory_, O_RDONLY | O_DIRECTORY); !synced) return synced;
      watched_->copied_version = version;
      return {};
    } catch (const localdb::Failure& failure) {
      return tl::unexpected(failure.fault());
    }
  }();

  const std::scoped_lock guard(mutex_);
  if (made) {
    if (!state_.error.empty())
      core::log_info("key store is mirrored again", {{"directory", directory_.native()}});
    state_.copied_at = clock_.wall();
    state_.error.clear();
    state_.is_current = true;
    ++state_.copies;
  } else {
    if (state_.error.empty())
      core::log_error("key store cannot be mirrored",
                      {{"directory", directory_.native()}, {"error", made.error().message}});
    state_.error = made.error().message;
    state_.is_current = false;
  }
  return made;
}

core::Result<void> check_mirror_directory(const std::filesystem::path& directory) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0)
    return tl::unexpected(io_fault("find the key mirror's directory", directory));
  if (!S_ISDIR(status.st_mode))
    return core::fault(core::ExitCode::config,
                       fmt::format("the key mirror '{}' is not a directory", directory.native()),
                       "recording.key_mirror names a directory");
  if (access(directory.c_str(), W_OK | X_OK) != 0)
    return tl::unexpected(io_fault("write into the key mirror's directory", directory));
  return {};
}

}  // namespace trunkline::keystore
