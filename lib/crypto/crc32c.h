// SPDX-License-Identifier: MIT
#pragma once

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds accidents early, protects against nobody.

#include <cstdint>

#include "core/bytes.h"

namespace trunkline::crypto {

std::uint32_t crc32c(core::ByteView bytes);

}  // namespace trunkline::crypto
