// SPDX-License-Identifier: MIT
#include "os/file_stamp.h"

#include <sys/stat.h>

namespace trunkline::os {

std::optional<FileStamp> file_stamp(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{
      .device = status.st_dev,
      .inode = status.st_ino,
      .changed_ns = std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec};
}

}  // namespace trunkline::os
