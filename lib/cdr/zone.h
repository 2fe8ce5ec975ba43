// SPDX-License-Identifier: MIT
#pragma once

// Times of a place's own clock, with their distance from UTC, so that the hour that happens twice
// in autumn is two different times: "2026-11-21T09:00:00.000000+01:00".
//
// The C library knows the zones (package tzdata). A process has one zone: use_zone() changes it for
// everything, which is what a tool that is told --tz wants; daemons never call it.

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::cdr {

/// "Europe/Berlin", "UTC". A zone nobody knows is a fault (usage), which the C library would take
/// for UTC.
[[nodiscard]] core::Result<void> use_zone(std::string_view name);

/// RFC 3339 in the zone of this process.
std::string to_local_rfc3339(core::Time time);

}  // namespace trunkline::cdr
