// SPDX-License-Identifier: MIT
#pragma once

// A folder of a file system as a location. Objects are files of mode 0600 in folders of mode 0700;
// what root puts there belongs to the folder's owner. The folder is opened once and everything is
// reached from there, through no symbolic link: a disk that is unmounted meanwhile is not mistaken
// for the empty folder below it. Folders that have become empty stay, as recorderd may be about to
// use them.

#include <filesystem>
#include <memory>
#include <optional>

#include "core/error.h"
#include "storage/identity.h"
#include "storage/location.h"

namespace trunkline::storage {

/// The folder must be there, and have this identity where one is given. Else a fault (unavailable:
/// not mounted).
[[nodiscard]] core::Result<std::unique_ptr<Location>> open_file(
    const std::filesystem::path& root, std::optional<LocationId> identity = std::nullopt);

}  // namespace trunkline::storage
