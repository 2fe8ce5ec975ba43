// SPDX-License-Identifier: MIT
#pragma once

// How full the file system under a path is.

#include <filesystem>

#include "core/error.h"
#include "core/strong.h"

namespace trunkline::os {

struct DiskSpace {
  core::ByteCount total;
  core::ByteCount available;  ///< to us, without what is reserved for root
};

/// A path that is not there is a fault of code no_input.
[[nodiscard]] core::Result<DiskSpace> disk_space(const std::filesystem::path& path);

}  // namespace trunkline::os
