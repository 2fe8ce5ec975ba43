// SPDX-License-Identifier: MIT
#pragma once

// What the system grants a process: descriptors (RLIMIT_NOFILE), buffers of sockets (socket(7)).

#include <cstdint>
#include <optional>

#include "core/strong.h"

namespace trunkline::os {

struct OpenFileLimit {
  std::uint64_t soft = 0;  ///< in force
  std::uint64_t hard = 0;  ///< what soft may be raised to
};

OpenFileLimit open_file_limit();
/// Raises soft to `wanted`, and hard as well where this process may (root, CAP_SYS_RESOURCE; at
/// most fs.nr_open), else as near as hard allows; never lowers. Returns what is in force.
OpenFileLimit raise_open_file_limit(std::uint64_t wanted);

/// What SO_RCVBUF may ask for (net.core.rmem_max), of which the kernel makes the double; nothing
/// where that is not to be seen, as in a network namespace of its own.
std::optional<core::ByteCount> receive_buffer_limit();

}  // namespace trunkline::os
