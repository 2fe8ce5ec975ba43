// SPDX-License-Identifier: MIT
#pragma once

// When the tests of guard take place.

#include "support/fake_clock.h"

namespace trunkline::guard {

inline const core::Time kNow = test::FakeClock().wall();  // 2026-11-21T08:00:00Z

}  // namespace trunkline::guard
