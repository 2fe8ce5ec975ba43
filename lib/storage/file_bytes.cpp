// SPDX-License-Identifier: MIT
#include "storage/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "os/system_fault.h"

namespace trunkline::storage {
namespace {

constexpr std::size_t kPiece = std::size_t{256} * 1024;

int write_all(int descriptor, core::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 ? EIO : errno;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

core::Result<os::Fd> open_source(const std::filesystem::path& path) {
  os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0)
    return os::system_failure("read " + path.native(), errno);
  if (!S_ISREG(status.st_mode))
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot read {}: it is not a file", path.native()));
  return file;
}

int copy_bytes(int from, std::optional<int> to, Summing& sum) {
  core::Bytes piece(kPiece);
  for (off_t at = 0;;) {
    const ssize_t count = ::pread(from, piece.data(), piece.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return 0;
    const auto bytes = core::ByteView(piece).first(static_cast<std::size_t>(count));
    sum.add(bytes);
    if (to)
      if (const int error = write_all(*to, bytes)) return error;
    at += count;
  }
}

}  // namespace trunkline::storage
