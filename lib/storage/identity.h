// SPDX-License-Identifier: MIT
#pragma once

// A folder that holds recordings has an identity: an id in the marker file `.trunkline-storage` at
// its top. A disk that is not mounted leaves an empty folder behind, and another disk may be in its
// place; neither has the marker, so neither passes for a location whose objects were all erased.
// Who knows the id a location had keeps it elsewhere (the database) and asks for it.

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::storage {

/// What the marker is called.
inline constexpr std::string_view kMarker = ".trunkline-storage";

using LocationId = core::Id<struct LocationIdTag>;

/// Nothing where there is no marker. A folder that is not there is a fault (unavailable, "not
/// mounted"), a marker that cannot be read is one, too.
[[nodiscard]] core::Result<std::optional<LocationId>> identity_of(
    const std::filesystem::path& root);

/// Its id, which it gets now if it has none. The marker is on disk on return, and belongs to the
/// folder's owner. Two programs that do it at once get the same id.
[[nodiscard]] core::Result<LocationId> mark(const std::filesystem::path& root, core::Time now);

/// That the folder is the one of this id; else the fault of a disk that is not mounted.
[[nodiscard]] core::Result<void> check_identity(const std::filesystem::path& root, LocationId id);

}  // namespace trunkline::storage
