// SPDX-License-Identifier: MIT
#pragma once

// Bytes as the examples of a standard print them.

#include <string_view>

#include "core/bytes.h"

namespace trunkline::test {

inline core::Bytes hex(std::string_view digits) {
  return core::from_hex(digits).value();
}

}  // namespace trunkline::test
