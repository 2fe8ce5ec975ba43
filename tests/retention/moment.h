// SPDX-License-Identifier: MIT
#pragma once

// When policies, holds and erasures of the tests are kept.

#include "core/time.h"

namespace trunkline::retention {

/// 2025-11-21T08:00:00Z
inline const core::Time kNow = core::from_microseconds(1'763'712'000'000'000);

}  // namespace trunkline::retention
