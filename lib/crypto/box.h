// SPDX-License-Identifier: MIT
#pragma once

// A sealed box: whoever has the public key can put something in, only the holder of the private key
// gets it out. Device secrets lie so in the database: tools write them, sipd alone reads them.
//
//   box = 0x01 || ephemeral X25519 public key (32) || AES-256-GCM ciphertext || tag (16)
//   key || nonce = HKDF-SHA256(X25519(ephemeral, recipient),
//                              salt = ephemeral public || recipient public,
//                              info = "trunkline box 1", 44 bytes)
//
// Each box has its own ephemeral key, so its key and nonce are used once. RFC 7748, RFC 5869.

#include <array>
#include <cstddef>

#include "core/bytes.h"
#include "core/error.h"
#include "core/secret.h"

namespace trunkline::crypto {

inline constexpr std::size_t kBoxKeySize = 32;
/// What a box is longer than its content.
inline constexpr std::size_t kBoxOverhead = 1 + kBoxKeySize + 16;

using PublicKey = std::array<std::byte, kBoxKeySize>;

struct KeyPair {
  PublicKey public_key{};
  core::Secret private_key;  ///< 32 bytes
};

KeyPair make_key_pair();

/// The public half; a private key that has not 32 bytes is a fault.
core::Result<PublicKey> public_key_of(const core::Secret& private_key);
/// 32 bytes, as make_key_pair() gave them.
core::Result<PublicKey> public_key_from(core::ByteView bytes);

/// `associated` is not in the box, but opening needs the same: it ties the box to its place. A
/// public key that is a point of small order (an attack) is a fault.
core::Result<core::Bytes> seal_to(const PublicKey& recipient, core::ByteView plaintext,
                                  core::ByteView associated);

/// A fault (no_permission) where the box was made for another key or other associated bytes, or was
/// changed; a fault (data) where it cannot be a box.
core::Result<core::Secret> open_sealed(const core::Secret& private_key, core::ByteView box,
                                       core::ByteView associated);

}  // namespace trunkline::crypto
