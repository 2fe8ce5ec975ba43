// SPDX-License-Identifier: MIT
#pragma once

// Places in a recording, as people write them and as the tools show them.

#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::catalogue {

/// "1:30" or "1:02:03" after the start, or a duration: "90s", "1m". Faults: usage.
[[nodiscard]] core::Result<core::Milliseconds> parse_place(std::string_view text);

}  // namespace trunkline::catalogue
