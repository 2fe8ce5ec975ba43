// SPDX-License-Identifier: MIT
#pragma once

// A moment as people write it.

#include <string_view>

#include "core/time.h"

namespace trunkline::test {

inline core::Time moment_of(std::string_view rfc3339) {
  return core::parse_rfc3339(rfc3339).value();
}

}  // namespace trunkline::test
