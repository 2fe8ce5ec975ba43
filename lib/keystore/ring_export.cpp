// SPDX-License-Identifier: MIT
#include "keystore/ring_export.h"

namespace trunkline::keystore {
namespace {

constexpr crypto::SealedKind kKind{
    .first_line = "trunkline-keyring-export 1",
    .name = "key ring export",
    .hint = "take another copy of the file that trunkline keys export made"};

}  // namespace

core::Result<SealedRing> parse_sealed_ring(std::string_view text) {
  return crypto::parse_sealed_text(kKind, text);
}

core::Result<std::string> seal_ring(const KeyRing& ring, const core::Secret& passphrase,
                                    const crypto::ScryptCost& cost) {
  return crypto::seal_text(kKind, ring.text().reveal(), passphrase, cost);
}

core::Result<KeyRing> open_ring(std::string_view text, const core::Secret& passphrase) {
  const auto opened = crypto::open_text(kKind, text, passphrase);
  if (!opened) return tl::unexpected(opened.error());
  return KeyRing::parse(opened->reveal_text());
}

}  // namespace trunkline::keystore
