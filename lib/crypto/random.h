// SPDX-License-Identifier: MIT
#pragma once

// Random bytes from OpenSSL's generator, seeded by the kernel. Fit for keys and nonces. A generator
// that fails is a failure of the world: core::Error.

#include <cstddef>
#include <span>

#include "core/bytes.h"
#include "core/secret.h"

namespace trunkline::crypto {

void fill_random(std::span<std::byte> bytes);
core::Bytes random_bytes(std::size_t count);
/// Random bytes that are wiped when they are done with: a key.
core::Secret random_secret(std::size_t count);

}  // namespace trunkline::crypto
