// SPDX-License-Identifier: MIT
#include "core/bytes.h"

#include <array>
#include <catch2/catch.hpp>

namespace trunkline::core {
namespace {

TEST_CASE("fields are big-endian", "[core]") {
  std::array<std::byte, 10> bytes{};
  write_u64(bytes, 1, 0x0102030405060708ULL);
  CHECK(to_hex(bytes) == "00010203040506070800");
  CHECK(read_u64(bytes, 1) == 0x0102030405060708ULL);
  CHECK(read_u32(bytes, 2) == 0x02030405U);
  CHECK(read_u16(bytes, 7) == 0x0708U);
  write_u32(bytes, 0, 0xfffefdfcU);
  write_u16(bytes, 8, 0x8000U);
  CHECK(to_hex(bytes) == "fffefdfc040506078000");
  CHECK(read_u16(bytes, 8) == 0x8000U);
}

TEST_CASE("hexadecimal is read in both cases and written in lower case", "[core]") {
  CHECK(to_hex(*from_hex("00fFA9")) == "00ffa9");
  CHECK(from_hex("")->empty());
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("0g"));
  CHECK_FALSE(from_hex("0x00"));
  CHECK_FALSE(from_hex(" 00"));
}

TEST_CASE("base64 is that of RFC 4648 section 10", "[core]") {
  const std::array<std::pair<std::string_view, std::string_view>, 7> vectors{
      {{"", ""},
       {"f", "Zg=="},
       {"fo", "Zm8="},
       {"foo", "Zm9v"},
       {"foob", "Zm9vYg=="},
       {"fooba", "Zm9vYmE="},
       {"foobar", "Zm9vYmFy"}}};
  for (const auto& [plain, encoded] : vectors) {
    CHECK(to_base64(as_bytes(plain)) == encoded);
    const auto decoded = from_base64(encoded);
    REQUIRE(decoded);
    CHECK(as_text(*decoded) == plain);
  }
}

TEST_CASE("base64 that is not exact is refused", "[core]") {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v\n", "Zm 9v", "Zm9-", "Zg==Zg==", "Z=g="})
    CHECK_FALSE(from_base64(text));
}

TEST_CASE("numbers at the end of bytes are big-endian", "[core]") {
  std::string bytes = "x";
  append_u32(bytes, 0x01020304);
  append_u64(bytes, 0x05060708'090a0b0c);
  CHECK(to_hex(as_bytes(bytes)) == "780102030405060708090a0b0c");
  CHECK(read_u8(as_bytes(bytes), 4) == 4);
}

TEST_CASE("every byte survives both text forms", "[core]") {
  Bytes all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<std::byte>(value));
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const ByteView part = ByteView(all).first(size);
    const Bytes expected(part.begin(), part.end());
    CHECK(from_hex(to_hex(part)) == expected);
    CHECK(from_base64(to_base64(part)) == expected);
  }
}

}  // namespace
}  // namespace trunkline::core
