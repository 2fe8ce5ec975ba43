// SPDX-License-Identifier: MIT
#include "crypto/kdf.h"

#include <catch2/catch.hpp>

#include "support/hex.h"

namespace trunkline::crypto {
namespace {

TEST_CASE("kdf: HKDF-SHA256 gives the keys of RFC 5869", "[crypto]") {
  SECTION("A.1 basic") {
    CHECK(core::to_hex(hkdf_sha256(test::hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                                   test::hex("000102030405060708090a0b0c"),
                                   test::hex("f0f1f2f3f4f5f6f7f8f9"), 42)
                           .reveal()) ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  }
  SECTION("A.3 neither salt nor info") {
    CHECK(core::to_hex(
              hkdf_sha256(test::hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), {}, {}, 42)
                  .reveal()) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }
}

}  // namespace
}  // namespace trunkline::crypto
