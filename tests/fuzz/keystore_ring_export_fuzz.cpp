// SPDX-License-Identifier: MIT

// A key ring export of any bytes: it is refused with a line, or has everything that opening needs.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/target.h"
#include "keystore/ring_export.h"

FUZZ_TARGET(keystore_ring_export) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ring = keystore::parse_sealed_ring(text);
  if (!ring) {
    assert(!ring.error().message.empty() && !ring.error().hint.empty());
    return 0;
  }
  assert(ring->sealed.size() > crypto::kAeadTagSize);
  // What is dear is refused before it is begun; what is cheap is tried.
  const core::Secret passphrase(std::string_view("several words in a row"));
  if (ring->cost.log2_cost > 6 && ring->cost.log2_cost <= 20) return 0;
  if (ring->cost.parallel > 1 || ring->cost.block_size > 8) return 0;
  const auto opened = keystore::open_ring(text, passphrase);
  assert(opened || !opened.error().message.empty());
  return 0;
}
