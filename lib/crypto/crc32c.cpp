// SPDX-License-Identifier: MIT
#include "crypto/crc32c.h"

#include <array>

namespace trunkline::crypto {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // RFC 3720 B.4, bits reversed

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? kPolynomial : 0);
    table[i] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

}  // namespace

std::uint32_t crc32c(core::ByteView bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const std::byte byte : bytes)
    crc = crc >> 8 ^ kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  return ~crc;
}

}  // namespace trunkline::crypto
