// SPDX-License-Identifier: MIT
#include "crypto/aead.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "crypto/random.h"
#include "support/hex.h"

namespace trunkline::crypto {
namespace {

AeadNonce nonce_of(std::string_view text) {
  AeadNonce nonce;
  std::ranges::copy(test::hex(text), nonce.begin());
  return nonce;
}

struct Vector {
  std::string key, nonce, associated, plaintext, sealed;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13, 14 and 16.
const Vector kVectors[] = {
    {.key = std::string(64, '0'),
     .nonce = std::string(24, '0'),
     .associated = "",
     .plaintext = "",
     .sealed = "530f8afbc74536b9a963b4f1c4cb738b"},
    {.key = std::string(64, '0'),
     .nonce = std::string(24, '0'),
     .associated = "",
     .plaintext = std::string(32, '0'),
     .sealed = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {.key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     .nonce = "cafebabefacedbaddecaf888",
     .associated = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     .plaintext = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                  "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     .sealed = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
               "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
               "76fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST_CASE("aead: seals and opens the published test cases", "[crypto]") {
  for (const Vector& vector : kVectors) {
    CAPTURE(vector.sealed);
    Aead aead(core::Secret(test::hex(vector.key)));
    const AeadNonce nonce = nonce_of(vector.nonce);
    const core::Bytes associated = test::hex(vector.associated);
    const core::Bytes plaintext = test::hex(vector.plaintext);
    CHECK(core::to_hex(aead.seal(nonce, plaintext, associated)) == vector.sealed);
    core::Bytes opened(plaintext.size());
    CHECK(aead.open(nonce, test::hex(vector.sealed), associated, opened));
    CHECK(opened == plaintext);
  }
}

TEST_CASE("aead: a context serves many messages in both directions", "[crypto]") {
  Aead aead(random_secret(kAeadKeySize));
  for (std::uint8_t i = 0; i < 5; ++i) {
    const AeadNonce nonce{std::byte{i}};
    const core::Bytes plaintext = random_bytes(1000U * i);
    const core::Bytes sealed = aead.seal(nonce, plaintext, {});
    core::Bytes opened(plaintext.size());
    REQUIRE(aead.open(nonce, sealed, {}, opened));
    CHECK(opened == plaintext);
  }
}

TEST_CASE("aead: whatever is changed is not opened, and no plaintext gets out", "[crypto]") {
  Aead aead(random_secret(kAeadKeySize));
  const AeadNonce nonce{std::byte{1}};
  const core::Bytes plaintext = random_bytes(100);
  const core::Bytes associated = random_bytes(10);
  const core::Bytes sealed = aead.seal(nonce, plaintext, associated);
  core::Bytes opened(plaintext.size(), std::byte{0xff});
  const auto is_all_zeros = [&] {
    return std::ranges::all_of(opened, [](std::byte byte) { return byte == std::byte{0}; });
  };

  SECTION("a bit of the ciphertext or the tag") {
    const std::size_t place = GENERATE(0U, 50U, 99U, 100U, 115U);
    core::Bytes changed = sealed;
    changed[place] ^= std::byte{0x10};
    CHECK_FALSE(aead.open(nonce, changed, associated, opened));
    CHECK(is_all_zeros());
  }
  SECTION("the nonce") {
    CHECK_FALSE(aead.open(AeadNonce{std::byte{2}}, sealed, associated, opened));
    CHECK(is_all_zeros());
  }
  SECTION("the associated bytes") {
    CHECK_FALSE(aead.open(nonce, sealed, {}, opened));
    CHECK(is_all_zeros());
  }
  SECTION("the key") {
    Aead other(random_secret(kAeadKeySize));
    CHECK_FALSE(other.open(nonce, sealed, associated, opened));
    CHECK(is_all_zeros());
  }
  SECTION("less than a tag") {
    CHECK_FALSE(aead.open(nonce, core::ByteView(sealed).first(15), associated, {}));
  }
  SECTION("after all that the true message still opens") {
    CHECK_FALSE(aead.open(nonce, core::ByteView(sealed).first(16), associated, {}));
    CHECK(aead.open(nonce, sealed, associated, opened));
    CHECK(opened == plaintext);
  }
}

}  // namespace
}  // namespace trunkline::crypto
