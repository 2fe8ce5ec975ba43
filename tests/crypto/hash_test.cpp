// SPDX-License-Identifier: MIT
#include "crypto/hash.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/hex.h"

namespace trunkline::crypto {
namespace {

TEST_CASE("hash: MD5 gives the digests of RFC 1321 and the HA1 of RFC 2617", "[crypto]") {
  const auto [text, digest] = GENERATE(table<std::string, std::string>({
      {"", "d41d8cd98f00b204e9800998ecf8427e"},
      {"abc", "900150983cd24fb0d6963f7d28e17f72"},
      {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
      {"Mufasa:testrealm@host.com:Circle Of Life", "939e7578ed9e3c518a452acee763bce9"},
  }));
  CHECK(md5_hex(text) == digest);
}

TEST_CASE("hash: SHA-256 gives the digests of FIPS 180-4", "[crypto]") {
  const auto [text, digest] = GENERATE(table<std::string, std::string>({
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
  }));
  CHECK(sha256_hex(text) == digest);
}

TEST_CASE("hash: a stream in pieces gives what one piece gives, and can be used again",
          "[crypto]") {
  Sha256Stream stream;
  stream.add("ab");
  stream.add("c");
  CHECK(stream.finish() == sha256(core::as_bytes("abc")));
  stream.add("abc");
  CHECK(stream.finish() == sha256(core::as_bytes("abc")));
}

TEST_CASE("hash: numbers enter a stream big-endian", "[crypto]") {
  Sha256Stream stream;
  stream.add_u32(0x01020304);
  stream.add_u64(0x05060708090a0b0c);
  CHECK(stream.finish() == sha256(test::hex("0102030405060708090a0b0c")));
}

TEST_CASE("hash: HMAC-SHA256 gives the values of RFC 4231", "[crypto]") {
  const auto [key, message, signature] = GENERATE(table<std::string, std::string, std::string>({
      {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      // Case 6: a key of 131 bytes 0xaa, longer than a block, is hashed first.
      {std::string(262, 'a'),
       "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368"
       "204b6579204669727374",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  }));
  CHECK(core::to_hex(hmac_sha256(test::hex(key), test::hex(message))) == signature);
}

TEST_CASE("hash: one HMAC key signs again and again", "[crypto]") {
  HmacSha256 hmac(core::as_bytes("Jefe"));
  const Sha256 first = hmac.sign("what do ya want for nothing?");
  CHECK(hmac.sign("something else") != first);
  CHECK(hmac.sign("what do ya want for nothing?") == first);
}

TEST_CASE("hash: an HMAC with an empty key and an empty message is defined", "[crypto]") {
  CHECK(core::to_hex(hmac_sha256({}, {})) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("hash: comparison in constant time tells equal from different", "[crypto]") {
  CHECK(equal_in_constant_time("response", "response"));
  CHECK(equal_in_constant_time("", ""));
  CHECK_FALSE(equal_in_constant_time("response", "responsf"));
  CHECK_FALSE(equal_in_constant_time("response", "respons"));
}

}  // namespace
}  // namespace trunkline::crypto
