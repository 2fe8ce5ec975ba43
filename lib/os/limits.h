// SPDX-License-Identifier: MIT
#pragma once

// How many descriptors this process may have (RLIMIT_NOFILE).

#include <cstdint>

namespace trunkline::os {

struct OpenFileLimit {
  std::uint64_t soft = 0;  ///< in force
  std::uint64_t hard = 0;  ///< what soft may be raised to
};

OpenFileLimit open_file_limit();
/// Raises soft to `wanted`, and hard as well where this process may (root, CAP_SYS_RESOURCE; at
/// most fs.nr_open), else as near as hard allows; never lowers. Returns what is in force.
OpenFileLimit raise_open_file_limit(std::uint64_t wanted);

}  // namespace trunkline::os
