// SPDX-License-Identifier: MIT
#pragma once

// Ids for tables of decisions: small numbers that are easy to tell apart.

#include <array>
#include <cstddef>

#include "core/uuid.h"

namespace trunkline::test {

/// 00000000-0000-7000-0000-00000000NNNN.
inline core::Uuid numbered(int number) {
  std::array<std::byte, 16> bytes{};
  bytes[6] = std::byte{0x70};
  bytes[14] = static_cast<std::byte>(number / 256);
  bytes[15] = static_cast<std::byte>(number % 256);
  return core::Uuid(bytes);
}
template <class Id>
Id numbered(int number) {
  return Id(numbered(number));
}

}  // namespace trunkline::test
