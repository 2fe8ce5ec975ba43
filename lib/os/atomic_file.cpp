// SPDX-License-Identifier: MIT
#include "os/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/text.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::os {
namespace {

/// A file that is removed unless it was given its name.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : path_(target.string() + ".XXXXXX"), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {}
  ~TemporaryFile() {
    if (fd_ && !is_named_) (void)::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool is_open() const { return static_cast<bool>(fd_); }
  int get() const { return fd_.get(); }
  bool rename_to(const std::filesystem::path& target) {
    is_named_ = ::rename(path_.c_str(), target.c_str()) == 0;
    return is_named_;
  }

 private:
  std::string path_;
  Fd fd_;
  bool is_named_ = false;
};

bool write_all(int descriptor, core::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const std::filesystem::path& folder) {
  const Fd descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor && ::fsync(descriptor.get()) == 0;
}

std::string hint_for(int error_number, const std::filesystem::path& path) {
  if (error_number == ENOSPC || error_number == EDQUOT)
    return "make room: df -h " + path.parent_path().string();
  if (error_number == ENOENT) return "make its folder: mkdir -p " + path.parent_path().string();
  return {};
}

}  // namespace

core::Result<void> write_atomically(const std::filesystem::path& path, core::ByteView bytes,
                                    mode_t mode) {
  const std::string what = "write " + path.string();
  const auto failed = [&] { return system_failure(what, errno, hint_for(errno, path)); };
  TemporaryFile file(path);
  if (!file.is_open()) return failed();
  if (::fchmod(file.get(), mode) != 0 || !write_all(file.get(), bytes) ||
      ::fsync(file.get()) != 0 || !file.rename_to(path))
    return failed();
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  // Without it the rename itself could be lost with the power.
  if (!sync_folder(folder)) return failed();
  return {};
}

core::Result<core::Bytes> read_file(const std::filesystem::path& path, core::ByteCount limit) {
  const std::string what = "read " + path.string();
  const Fd descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor) return system_failure(what, errno);
  core::Bytes bytes;
  // By reading, not by asking for the size: files of /proc have none.
  constexpr std::size_t kChunk = std::size_t{64} * 1024;
  for (;;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kChunk);
    const ssize_t size = ::read(descriptor.get(), bytes.data() + before, kChunk);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_failure(what, errno);
    if (size == 0) return bytes;
    if (bytes.size() > limit.value())
      return core::fault(core::ExitCode::data,
                         "cannot " + what + ": it is longer than " + core::to_text(limit));
  }
}

core::Result<std::string> read_text_file(const std::filesystem::path& path, core::ByteCount limit) {
  return read_file(path, limit).map([](const core::Bytes& bytes) {
    return std::string(core::as_text(bytes));
  });
}

}  // namespace trunkline::os
