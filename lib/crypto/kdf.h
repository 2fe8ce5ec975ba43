// SPDX-License-Identifier: MIT
#pragma once

// Keys made from keys: HKDF-SHA256 (RFC 5869).

#include <cstddef>

#include "core/bytes.h"
#include "core/secret.h"

namespace trunkline::crypto {

/// Extract and expand. `length` is 1 to 8160 bytes (RFC 5869 2.3); an empty salt means 32 zeros.
core::Secret hkdf_sha256(core::ByteView key, core::ByteView salt, core::ByteView info,
                         std::size_t length);

}  // namespace trunkline::crypto
