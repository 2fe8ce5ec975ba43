// SPDX-License-Identifier: MIT
#pragma once

// AES-256-GCM (SP 800-38D) with nonces the caller chooses. One Aead keeps its expanded key over any
// number of messages: sealing a segment costs no key schedule and no allocation.
//
// The caller promises never to seal twice with one nonce. Plaintext is released only after its tag
// was verified.

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "core/bytes.h"
#include "core/secret.h"

struct evp_cipher_ctx_st;

namespace trunkline::crypto {

inline constexpr std::size_t kAeadKeySize = 32;
inline constexpr std::size_t kAeadNonceSize = 12;
inline constexpr std::size_t kAeadTagSize = 16;

using AeadNonce = std::array<std::byte, kAeadNonceSize>;

/// One thread at a time.
class Aead {
 public:
  /// The key has 32 bytes.
  explicit Aead(const core::Secret& key);

  /// Writes ciphertext and tag; `sealed` has exactly plaintext.size() + kAeadTagSize bytes.
  void seal(const AeadNonce& nonce, core::ByteView plaintext, core::ByteView associated,
            std::span<std::byte> sealed);
  core::Bytes seal(const AeadNonce& nonce, core::ByteView plaintext, core::ByteView associated);

  /// Whether `sealed` (ciphertext and tag) is authentic. Only then `plaintext`, of exactly
  /// sealed.size() - kAeadTagSize bytes, holds the message; otherwise it is all zeros. Fewer bytes
  /// than a tag are never authentic.
  [[nodiscard]] bool open(const AeadNonce& nonce, core::ByteView sealed, core::ByteView associated,
                          std::span<std::byte> plaintext);

 private:
  struct Release {
    void operator()(evp_cipher_ctx_st* context) const noexcept;
  };
  using Context = std::unique_ptr<evp_cipher_ctx_st, Release>;

  Context sealing_;
  Context opening_;
};

}  // namespace trunkline::crypto
