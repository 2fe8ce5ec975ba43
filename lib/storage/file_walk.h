// SPDX-License-Identifier: MIT
#pragma once

// Walks the files below a folder in the order of their names' bytes, as an object store lists them:
// "a-b" before "a/b", because '-' comes before '/'. One folder's names at a time are in memory.

#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "storage/location.h"

namespace trunkline::storage {

Status status_of(const struct stat& status);

/// Below the open folder `root`; `title` is what faults call it. See Location::list().
[[nodiscard]] core::Result<void> walk_files(int root, const std::string& title,
                                            std::string_view prefix,
                                            const std::function<bool(const Listed&)>& each);

}  // namespace trunkline::storage
