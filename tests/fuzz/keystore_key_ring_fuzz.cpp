// SPDX-License-Identifier: MIT

// A key ring of any bytes: what is accepted is written and read back as the same ring, and no key
// in it is an example.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/target.h"
#include "keystore/key_ring.h"

FUZZ_TARGET(keystore_key_ring) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ring = keystore::KeyRing::parse(text);
  if (!ring) {
    assert(!ring.error().message.empty() && !ring.error().hint.empty());
    return 0;
  }
  assert(ring->find(ring->current()) != nullptr);
  for (const auto& listed : ring->list())
    assert(!keystore::why_not_random(ring->find(listed.id)->reveal()));
  const auto again = keystore::KeyRing::parse(ring->text().reveal_text());
  assert(again && again->current() == ring->current());
  assert(again->text().reveal_text() == ring->text().reveal_text());
  return 0;
}
