// SPDX-License-Identifier: MIT
#pragma once

// How many file descriptors this process has open: what a leak shows first.

#include <cstddef>

namespace trunkline::exchange {

/// 0 where /proc is not there.
std::size_t open_descriptors();

}  // namespace trunkline::exchange
