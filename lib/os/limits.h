// SPDX-License-Identifier: MIT
#pragma once

// How many descriptors this process may have (RLIMIT_NOFILE): a call costs five.

#include <cstdint>

namespace trunkline::os {

struct OpenFileLimit {
  std::uint64_t soft = 0;  ///< in force
  std::uint64_t hard = 0;  ///< what soft may be raised to
};

OpenFileLimit open_file_limit();
/// Raises soft to `wanted` or as near as hard allows; never lowers. Returns what is in force.
OpenFileLimit raise_open_file_limit(std::uint64_t wanted);

}  // namespace trunkline::os
