// SPDX-License-Identifier: MIT
#pragma once

// A key ring in a file that may lie anywhere, sealed by a passphrase (schemas/keyring).

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/secret.h"
#include "crypto/sealed_text.h"
#include "keystore/key_ring.h"

namespace trunkline::keystore {

using SealedRing = crypto::SealedText;

/// Any text. A fault (data) names the line.
[[nodiscard]] core::Result<SealedRing> parse_sealed_ring(std::string_view text);

/// The file's text. A passphrase that check_passphrase() refuses is a fault. `cost` is for tests.
[[nodiscard]] core::Result<std::string> seal_ring(const KeyRing& ring,
                                                  const core::Secret& passphrase,
                                                  const crypto::ScryptCost& cost = {});
/// A wrong passphrase and a changed file cannot be told apart: no_permission.
[[nodiscard]] core::Result<KeyRing> open_ring(std::string_view text,
                                              const core::Secret& passphrase);

}  // namespace trunkline::keystore
