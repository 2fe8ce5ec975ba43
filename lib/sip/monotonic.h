// SPDX-License-Identifier: MIT
#pragma once

// What Sofia takes for time: CLOCK_MONOTONIC, on from the wall clock's reading at start. Tests put
// another source in its place.

#include <chrono>

namespace trunkline::sip {

/// Never goes back; nullptr = CLOCK_MONOTONIC.
using MonotonicSource = std::chrono::nanoseconds (*)();
void set_monotonic_source(MonotonicSource source);

}  // namespace trunkline::sip
