// SPDX-License-Identifier: MIT
#pragma once

// A key made from a passphrase that people choose: scrypt (RFC 7914), the memory-hard function of
// OpenSSL 3.0. With the cost below each guess needs 128 MiB of memory and about half a second of a
// core, which is what takes the profit out of guessing with thousands of small processors. (Argon2
// needs OpenSSL 3.2; libcrypt's yescrypt gives a hash for logging in, not a key.)

#include <cstdint>

#include "core/bytes.h"
#include "core/error.h"
#include "core/secret.h"

namespace trunkline::crypto {

/// RFC 7914 2: N = 2^log2_cost, block size r, parallelisation p. Memory is 128 * N * r bytes.
struct ScryptCost {
  std::uint32_t log2_cost = 17;
  std::uint32_t block_size = 8;
  std::uint32_t parallel = 1;

  bool operator==(const ScryptCost&) const = default;
};

inline constexpr std::size_t kPassphraseSizeMin = 12;

/// A fault (usage) for a passphrase that is shorter than 12 characters or an example that everybody
/// knows.
[[nodiscard]] core::Result<void> check_passphrase(const core::Secret& passphrase);

/// 32 bytes. A fault (data) for a cost that would take more than 1 GiB of memory, or 16 times the
/// time of the default one: a file from elsewhere may name any.
[[nodiscard]] core::Result<core::Secret> key_of_passphrase(const core::Secret& passphrase,
                                                           core::ByteView salt,
                                                           const ScryptCost& cost);

}  // namespace trunkline::crypto
