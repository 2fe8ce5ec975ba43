// SPDX-License-Identifier: MIT
#include "keystore/mirror.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
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

core::Result<void> make_copy(localdb::Database& store, const std::filesystem::path& directory) {
  if (auto usable = check_mirror_directory(directory); !usable) return usable;
  const std::filesystem::path target = directory / store.path().filename();
  const std::filesystem::path fresh = target.string() + ".new";
  // One copy at a time over all processes; the kernel takes the lock back from one that dies.
  const os::Fd turn(open(store.path().parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!turn || flock(turn.get(), LOCK_EX) != 0)
    return tl::unexpected(io_fault("lock the folder of", store.path()));
  // Left by a copy that a crash cut short: as secret as the rest.
  if (auto wiped = overwrite_with_zeros(open_for_overwriting(fresh), fresh); !wiped) return wiped;
  unlink(fresh.c_str());
  store.copy_to(fresh);
  if (chmod(fresh.c_str(), 0600) != 0) return tl::unexpected(io_fault("protect", fresh));
  // Root copies for recorderd, which must be able to overwrite the copy with zeros later.
  struct stat owner {};
  if (geteuid() == 0 && (stat(store.path().c_str(), &owner) != 0 ||
                         chown(fresh.c_str(), owner.st_uid, owner.st_gid) != 0))
    return tl::unexpected(io_fault("give recorderd its copy", fresh));
  if (auto synced = sync(fresh, O_RDONLY); !synced) return synced;
  // Held open, so that it can be overwritten once the new state has taken its name.
  const os::Fd old = open_for_overwriting(target);
  if (rename(fresh.c_str(), target.c_str()) != 0) return tl::unexpected(io_fault("move", fresh));
  if (auto wiped = overwrite_with_zeros(old, target); !wiped) return wiped;
  return sync(directory, O_RDONLY | O_DIRECTORY);
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
      // Read before the copy is made: a change in between is copied once more, never missed.
      const std::int64_t version = watched_->database.data_version();
      if (auto copied = make_copy(watched_->database, directory_); !copied) return copied;
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

core::Result<void> copy_to_mirror(const std::filesystem::path& store,
                                  const std::filesystem::path& directory) {
  try {
    auto database = localdb::Database::open(store, {.access = localdb::Access::read_write});
    return make_copy(database, directory);
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(failure.fault());
  }
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
