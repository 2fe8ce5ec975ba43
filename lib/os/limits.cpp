// SPDX-License-Identifier: MIT
#include "os/limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "os/system_fault.h"

namespace trunkline::os {

OpenFileLimit open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw system_error("read the limit of open files", errno);
  return {limit.rlim_cur, limit.rlim_max};
}

OpenFileLimit raise_open_file_limit(std::uint64_t wanted) {
  const OpenFileLimit now = open_file_limit();
  if (wanted > now.hard) {
    const rlimit raised{.rlim_cur = wanted, .rlim_max = wanted};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return open_file_limit();
  }
  const std::uint64_t reachable = std::min(wanted, now.hard);
  if (reachable <= now.soft) return now;
  const rlimit limit{.rlim_cur = reachable, .rlim_max = now.hard};
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw system_error("raise the limit of open files", errno);
  return open_file_limit();
}

std::optional<core::ByteCount> receive_buffer_limit() {
  std::ifstream file("/proc/sys/net/core/rmem_max");
  std::uint64_t bytes = 0;
  if (!(file >> bytes)) return std::nullopt;
  return core::ByteCount{bytes};
}

}  // namespace trunkline::os
