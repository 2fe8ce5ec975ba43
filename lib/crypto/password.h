// SPDX-License-Identifier: MIT
#pragma once

// Passwords of people, as bcrypt hashes ("$2b$...") by libcrypt, and generated passwords.
//
// Hashing and verifying take about 0.2 s of CPU on purpose: never call them on the SIP thread.

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/secret.h"

namespace trunkline::crypto {

inline constexpr std::size_t kPasswordSizeMin = 8;
/// bcrypt ignores what follows the 72nd byte, so longer passwords are refused and not cut.
inline constexpr std::size_t kPasswordSizeMax = 72;
/// 2^12 rounds: 0.2 s on the machine PEERS.md was measured on.
inline constexpr unsigned kPasswordCost = 12;

/// A fault where the password is shorter than 8 or longer than 72 bytes, holds a NUL byte, or is an
/// example that everybody knows (core::is_example_secret). `cost` is 4 to 31, the base-2 logarithm
/// of the rounds.
core::Result<std::string> hash_password(const core::Secret& password,
                                        unsigned cost = kPasswordCost);

/// Whether this password made this hash; false for a hash that is not bcrypt's.
bool verify_password(const core::Secret& password, std::string_view hash);

/// Random letters and digits that are not mistaken for each other when read aloud or typed (none of
/// 0 O o 1 l I i): 5.8 bits a character.
core::Secret make_password(std::size_t length = 20);

}  // namespace trunkline::crypto
