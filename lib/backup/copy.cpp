// SPDX-License-Identifier: MIT
#include "backup/copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1024} * 1024;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

std::int64_t mtime_of(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * kNanoseconds + status.st_mtim.tv_nsec;
}

std::string hint_for(int error_number, const fs::path& path) {
  if (error_number != ENOSPC && error_number != EDQUOT) return {};
  return fmt::format("make room: df -h {}", path.parent_path().string());
}

bool write_all(int descriptor, core::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// Reads the open file to its end, gives the pieces away and returns their hash.
core::Result<crypto::Sha256> read_through(
    int descriptor, const fs::path& path,
    const std::function<core::Result<void>(core::ByteView)>& use) {
  thread_local core::Bytes buffer(kPiece);
  crypto::Sha256Stream hash;
  for (;;) {
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return os::system_failure("read " + path.string(), errno);
    if (size == 0) return hash.finish();
    const core::ByteView piece = core::ByteView(buffer).first(static_cast<std::size_t>(size));
    hash.add(piece);
    if (auto used = use(piece); !used) return tl::unexpected(used.error());
  }
}

core::Result<FileEntry> read_entry(const fs::path& root, const std::string& path,
                                   const std::function<core::Result<void>(core::ByteView)>& use) {
  const fs::path source = root / path;
  const os::Fd file(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat before {};
  struct stat after {};
  if (!file || ::fstat(file.get(), &before) != 0)
    return os::system_failure("read " + source.string(), errno);
  if (!S_ISREG(before.st_mode))
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot copy {}: it is not a file", source.string()));
  const auto hash = read_through(file.get(), source, use);
  if (!hash) return tl::unexpected(hash.error());
  if (::fstat(file.get(), &after) != 0)
    return os::system_failure("look at " + source.string(), errno);
  if (before.st_size != after.st_size || mtime_of(before) != mtime_of(after))
    return core::fault(core::ExitCode::try_again,
                       fmt::format("cannot copy {}: it is being written", source.string()));
  return FileEntry{.path = path,
                   .size = static_cast<std::uint64_t>(before.st_size),
                   .mtime_ns = mtime_of(before),
                   .sha256 = *hash};
}

core::Result<void> sync_folder(const fs::path& folder) {
  const os::Fd descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor || ::fsync(descriptor.get()) != 0)
    return os::system_failure("sync " + folder.string(), errno);
  return {};
}

}  // namespace

core::Result<FileEntry> describe(const fs::path& root, const std::string& path) {
  return read_entry(root, path, [](core::ByteView) { return core::Result<void>(); });
}

core::Result<FileEntry> copy_file(const fs::path& root, const std::string& path,
                                  const fs::path& target) {
  if (auto made = make_folders(target.parent_path()); !made) return tl::unexpected(made.error());
  (void)::unlink(target.c_str());  // it may be another name of a file that must stay as it is
  const os::Fd copy(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const auto failed = [&](int error_number) {
    (void)::unlink(target.c_str());
    return os::system_fault("write " + target.string(), error_number,
                            hint_for(error_number, target));
  };
  if (!copy) return tl::unexpected(failed(errno));
  auto entry = read_entry(root, path, [&](core::ByteView piece) -> core::Result<void> {
    if (!write_all(copy.get(), piece)) return tl::unexpected(failed(errno));
    return {};
  });
  if (!entry) {
    (void)::unlink(target.c_str());
    return entry;
  }
  const timespec time{.tv_sec = entry->mtime_ns / kNanoseconds,
                      .tv_nsec = entry->mtime_ns % kNanoseconds};
  const timespec times[2] = {time, time};
  if (::futimens(copy.get(), times) != 0) return tl::unexpected(failed(errno));
  return entry;
}

core::Result<FileEntry> look_at(const fs::path& root, const std::string& path) {
  struct stat status {};
  const fs::path file = root / path;
  if (::lstat(file.c_str(), &status) != 0)
    return os::system_failure("look at " + file.string(), errno);
  return FileEntry{.path = path,
                   .size = static_cast<std::uint64_t>(status.st_size),
                   .mtime_ns = mtime_of(status)};
}

core::Result<std::vector<std::string>> files_below(const fs::path& root,
                                                   const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code failure;
  if (!fs::exists(root / folder, failure)) return paths;
  fs::recursive_directory_iterator entry(root / folder, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure))
    if (entry->is_regular_file(failure) && !entry->is_symlink(failure))
      paths.push_back(entry->path().lexically_relative(root).string());
  if (failure)
    return os::system_failure(fmt::format("walk {}", (root / folder).string()), failure.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

core::Result<void> sync_file_system(const fs::path& path) {
  const os::Fd descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor || ::syncfs(descriptor.get()) != 0)
    return os::system_failure("sync the disk of " + path.string(), errno, hint_for(errno, path));
  return {};
}

core::Result<void> rename_synced(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return os::system_failure(fmt::format("rename {} to {}", from.string(), to.string()), errno);
  return sync_folder(to.parent_path());
}

core::Result<void> make_folders(const fs::path& folder) {
  if (::access(folder.c_str(), F_OK) == 0) return {};
  if (folder.has_parent_path() && folder.parent_path() != folder)
    if (auto made = make_folders(folder.parent_path()); !made) return made;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return os::system_failure("make folder " + folder.string(), errno, hint_for(errno, folder));
  return {};
}

}  // namespace trunkline::backup
