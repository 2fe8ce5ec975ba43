// SPDX-License-Identifier: MIT
#pragma once

// A secret in a file that may lie anywhere, sealed by a passphrase: scrypt makes a key of it,
// AES-256-GCM seals the secret under that, and the header is the associated data. It is text, so
// that it can also be printed and typed:
//
//   FIRST LINE                   names what it is, and its version
//   scrypt LOG2N R P SALT
//   nonce HEX
//   HEX...                       ciphertext and tag, 64 digits a line

#include <array>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/secret.h"
#include "crypto/aead.h"
#include "crypto/passphrase.h"

namespace trunkline::crypto {

/// What kind of secret it is: its first line, and the words of faults.
struct SealedKind {
  std::string_view first_line;  ///< "trunkline-keyring-export 1"
  std::string_view name;        ///< "key ring export"
  std::string_view hint;        ///< what to do about a file that is none
};

struct SealedText {
  ScryptCost cost;
  std::array<std::byte, 32> salt{};
  AeadNonce nonce{};
  core::Bytes sealed = {};  ///< ciphertext and tag
};

/// Any text. A fault (data) names the line.
[[nodiscard]] core::Result<SealedText> parse_sealed_text(const SealedKind& kind,
                                                         std::string_view text);

/// The file's text. A passphrase that check_passphrase() refuses is a fault. `cost` is for tests.
[[nodiscard]] core::Result<std::string> seal_text(const SealedKind& kind, core::ByteView secret,
                                                  const core::Secret& passphrase,
                                                  const ScryptCost& cost = {});
/// A wrong passphrase and a changed file cannot be told apart: no_permission.
[[nodiscard]] core::Result<core::Secret> open_text(const SealedKind& kind, std::string_view text,
                                                   const core::Secret& passphrase);

}  // namespace trunkline::crypto
