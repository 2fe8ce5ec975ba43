// SPDX-License-Identifier: MIT
#pragma once

// The file of sipd's own key (sip.key_file): the private half of what devices' secrets are sealed
// to. One line of base64 as it is written here; 32 raw bytes or hexadecimal are read as well.

#include <filesystem>

#include "core/error.h"
#include "core/secret.h"

namespace trunkline::directory {

/// 32 bytes. A missing file has the code no_input, one that others can read no_permission, one that
/// holds no key config.
[[nodiscard]] core::Result<core::Secret> read_site_key(const std::filesystem::path& file);
/// Makes the file, mode 0400.
[[nodiscard]] core::Result<void> write_site_key(const std::filesystem::path& file,
                                                const core::Secret& private_key);

}  // namespace trunkline::directory
