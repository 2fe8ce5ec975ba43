// SPDX-License-Identifier: MIT
#pragma once

// A location that shows everything and changes nothing, for plans and --dry-run: it has its
// location as a constant, so the compiler keeps every change from reaching it.

#include <memory>

#include "storage/location.h"

namespace trunkline::storage {

/// put() reads its file and says what would have been stored, remove() whether there is something
/// to remove.
std::unique_ptr<Location> dry_run(std::unique_ptr<const Location> location);

}  // namespace trunkline::storage
