// SPDX-License-Identifier: MIT
#pragma once

// Secrets come from files that only their owner can read, or from systemd's credentials. They are
// never in the environment or on a command line.

#include <filesystem>

#include "core/error.h"
#include "core/secret.h"
#include "core/strong.h"

namespace trunkline::os {

/// Where the secret is: $CREDENTIALS_DIRECTORY/<last part of path> if systemd passed one
/// (LoadCredential=), else the path itself.
std::filesystem::path credential_path(const std::filesystem::path& path);

/// The file's bytes as they are, at most `limit`. A file that group or others can read or write is
/// refused with the hint `chmod 600 PATH`; systemd's own credentials are taken as they come.
[[nodiscard]] core::Result<core::Secret> read_credential(const std::filesystem::path& path,
                                                         core::ByteCount limit = core::ByteCount{
                                                             65'536});

/// The same without the newline that editors put at the end; an empty one is a fault.
[[nodiscard]] core::Result<core::Secret> read_password(const std::filesystem::path& path);

}  // namespace trunkline::os
