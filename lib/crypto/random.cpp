// SPDX-License-Identifier: MIT
#include "crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <climits>

#include "crypto/openssl.h"

namespace trunkline::crypto {

void fill_random(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(bytes.size(), INT_MAX);
    check(RAND_bytes(out(bytes), static_cast<int>(count)), "make random bytes");
    bytes = bytes.subspan(count);
  }
}

core::Bytes random_bytes(std::size_t count) {
  core::Bytes bytes(count);
  fill_random(bytes);
  return bytes;
}

core::Secret random_secret(std::size_t count) {
  core::Secret secret = core::Secret::of_size(count);
  fill_random(secret.writable());
  return secret;
}

}  // namespace trunkline::crypto
