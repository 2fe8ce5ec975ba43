// SPDX-License-Identifier: MIT
#include "crypto/crc32c.h"

#include <catch2/catch.hpp>

namespace trunkline::crypto {
namespace {

TEST_CASE("crc32c: gives the values of RFC 3720 B.4", "[crypto]") {
  CHECK(crc32c(core::as_bytes("123456789")) == 0xe3069283);
  CHECK(crc32c(core::Bytes(32, std::byte{0})) == 0x8a9136aa);
  CHECK(crc32c(core::Bytes(32, std::byte{0xff})) == 0x62a8ab43);
  CHECK(crc32c({}) == 0);
}

}  // namespace
}  // namespace trunkline::crypto
