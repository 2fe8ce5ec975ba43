// SPDX-License-Identifier: MIT
#include "os/disk.h"

#include <sys/statvfs.h>

#include <cerrno>

#include "os/system_fault.h"

namespace trunkline::os {

core::Result<DiskSpace> disk_space(const std::filesystem::path& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0)
    return system_failure("see how full " + path.string() + " is", errno);
  return DiskSpace{.total = core::ByteCount(status.f_frsize * status.f_blocks),
                   .available = core::ByteCount(status.f_frsize * status.f_bavail)};
}

}  // namespace trunkline::os
