// SPDX-License-Identifier: MIT
#include "crypto/random.h"

#include <catch2/catch.hpp>

namespace trunkline::crypto {
namespace {

TEST_CASE("random: no two draws are alike, and sizes are as asked", "[crypto]") {
  CHECK(random_bytes(16) != random_bytes(16));
  CHECK(random_bytes(1000).size() == 1000);
  CHECK(random_bytes(0).empty());
  CHECK(random_secret(32).size() == 32);
}

}  // namespace
}  // namespace trunkline::crypto
