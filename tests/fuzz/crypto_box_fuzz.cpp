// SPDX-License-Identifier: MIT

// A sealed box of any bytes: it never opens, as only who knows the recipient's public key makes
// one.

#include <cassert>
#include <cstddef>
#include <cstdint>

#include "crypto/box.h"
#include "fuzz/target.h"

FUZZ_TARGET(crypto_box) {
  using namespace trunkline;
  static const crypto::KeyPair pair = crypto::make_key_pair();
  const auto opened = crypto::open_sealed(pair.private_key, std::as_bytes(std::span(data, size)),
                                          core::as_bytes("place"));
  assert(!opened);
  return 0;
}
