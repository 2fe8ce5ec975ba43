// SPDX-License-Identifier: MIT
#include "crypto/box.h"

#include <catch2/catch.hpp>

#include "support/hex.h"

namespace trunkline::crypto {
namespace {

const core::ByteView kNobody;

// RFC 7748 6.1, Bob.
const core::Secret& bob() {
  static const core::Secret key(
      test::hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  return key;
}

TEST_CASE("box: the public half is RFC 7748's", "[crypto]") {
  CHECK(core::to_hex(public_key_of(bob()).value()) ==
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}

TEST_CASE("box: what is sealed to a public key the private key opens", "[crypto]") {
  const KeyPair pair = make_key_pair();
  CHECK(public_key_of(pair.private_key).value() == pair.public_key);
  const auto place = core::as_bytes("tenant|device|md5");
  const core::Bytes box = seal_to(pair.public_key, core::as_bytes("ha1"), place).value();
  CHECK(box.size() == 3 + kBoxOverhead);
  CHECK(open_sealed(pair.private_key, box, place).value().reveal_text() == "ha1");

  SECTION("two boxes of one content differ") {
    CHECK(seal_to(pair.public_key, core::as_bytes("ha1"), place).value() != box);
  }
  SECTION("an empty content is a content") {
    const core::Bytes empty = seal_to(pair.public_key, {}, place).value();
    CHECK(open_sealed(pair.private_key, empty, place).value().empty());
  }
  SECTION("it does not open in another place") {
    CHECK(open_sealed(pair.private_key, box, core::as_bytes("tenant|other|md5")).error().code ==
          core::ExitCode::no_permission);
  }
  SECTION("nor with another key") {
    CHECK(open_sealed(make_key_pair().private_key, box, place).error().code ==
          core::ExitCode::no_permission);
  }
  SECTION("nor once a byte was changed") {
    const std::size_t index = GENERATE(5U, 34U, 40U);
    core::Bytes changed = box;
    changed[index] ^= std::byte{1};
    CHECK(open_sealed(pair.private_key, changed, place).error().code ==
          core::ExitCode::no_permission);
  }
}

// The layout that box.h documents, made by an independent implementation (Python's cryptography):
// ephemeral private key 0x01 x 32, to Bob, content "hello", associated "aad".
TEST_CASE("box: a box made elsewhere by the documented layout opens", "[crypto]") {
  const core::Bytes box = test::hex(
      "01a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209bd3bdf097bd435af493bd3"
      "0c0239044fe34cf439e3");
  CHECK(open_sealed(bob(), box, core::as_bytes("aad")).value().reveal_text() == "hello");
}

TEST_CASE("box: what cannot be a box or a key is a fault", "[crypto]") {
  const KeyPair pair = make_key_pair();
  CHECK(open_sealed(pair.private_key, {}, kNobody).error().code == core::ExitCode::data);
  CHECK(open_sealed(pair.private_key, core::Bytes(kBoxOverhead - 1, std::byte{1}), kNobody)
            .error()
            .code == core::ExitCode::data);
  // Version 2 does not exist; an ephemeral key of zeros has small order.
  CHECK(open_sealed(pair.private_key, core::Bytes(100, std::byte{2}), kNobody).error().code ==
        core::ExitCode::data);
  core::Bytes small_order(100);
  small_order[0] = std::byte{1};
  CHECK(open_sealed(pair.private_key, small_order, kNobody).error().code == core::ExitCode::data);
  CHECK(seal_to(PublicKey{}, core::as_bytes("x"), kNobody).error().code == core::ExitCode::data);
  CHECK_FALSE(public_key_of(core::Secret("short")).has_value());
  CHECK_FALSE(public_key_from(core::Bytes(31)).has_value());
}

}  // namespace
}  // namespace trunkline::crypto
