// SPDX-License-Identifier: MIT
#include "keystore/key_ring.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "crypto/random.h"
#include "keystore/moment.h"
#include "support/content.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::keystore {
namespace {

// 32 bytes of /dev/urandom.
constexpr std::string_view kKey =
    "9c1f0e7d44b2a8835e6f10c9d7a23b5846f1e0927c3dab615804ef97bd2c6a13";

std::string ring_of(std::string_view key, std::string_view id = "k1") {
  return "trunkline-keyring 1\nkey " + std::string(id) + " 2026-11-21T08:00:00Z " +
         std::string(key) + "\ncurrent " + std::string(id) + "\n";
}

TEST_CASE("key ring: a made one has a random key, which is current", "[keystore]") {
  const KeyRing ring = KeyRing::generate(kNow);
  const auto listed = ring.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].id == ring.current());
  CHECK(listed[0].is_current);
  CHECK(listed[0].created == kNow);
  CHECK(ring.current().value().starts_with("2026-11-21-"));
  REQUIRE(ring.find(ring.current()) != nullptr);
  CHECK_FALSE(why_not_random(ring.find(ring.current())->reveal()).has_value());
  CHECK(ring.find(KeyId("other")) == nullptr);
}

TEST_CASE("key ring: what is saved is loaded again, and nobody else can read it", "[keystore]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "recording.keyring";
  KeyRing ring = KeyRing::generate(kNow);
  const KeyId old = ring.current();
  const KeyId fresh = ring.add_fresh(kNow + std::chrono::hours(24));
  CHECK(ring.current() == fresh);
  REQUIRE(ring.save(path).has_value());

  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const auto loaded = KeyRing::load(path);
  REQUIRE(loaded.has_value());
  CHECK(loaded->current() == fresh);
  CHECK(loaded->list().size() == 2);
  CHECK(core::to_hex(loaded->find(old)->reveal()) == core::to_hex(ring.find(old)->reveal()));
  CHECK(test::content_of(path) == loaded->text().reveal_text());
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("key ring: a key from elsewhere can be added and made current", "[keystore]") {
  KeyRing ring = KeyRing::generate(kNow);
  const KeyId first = ring.current();
  const core::Secret key(core::from_hex(kKey).value());
  REQUIRE(ring.add(KeyId("imported"), key, kNow).has_value());
  CHECK(ring.current() == first);
  REQUIRE(ring.make_current(KeyId("imported")).has_value());
  CHECK(ring.current() == KeyId("imported"));
  CHECK(ring.add(KeyId("imported"), key, kNow).error().message ==
        "key 'imported' is in the ring already");
  CHECK(ring.add(KeyId("short"), core::Secret("short"), kNow).error().message ==
        "key 'short' has 5 bytes, not 32");
  CHECK(ring.make_current(KeyId("unknown")).error().code == core::ExitCode::no_input);
}

TEST_CASE("key ring: keys from documents and keyboards are refused", "[keystore]") {
  const auto [key, reason] = GENERATE(table<std::string, std::string>({
      {std::string(64, '0'), "it repeats a pattern"},
      {std::string(64, 'f'), "it repeats a pattern"},
      {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "it repeats a pattern"},
      {"deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "it repeats a pattern"},
      {"1234567890123456789012345678901234567890123456789012345678901234", "it repeats a pattern"},
      {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "it counts"},
      {"1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100", "it counts"},
      {"0000000000000000000000000000000000000000000000000000000000000001",
       "it has hardly any different bytes"},
      // "changeme-changeme-changeme-12345" and "Th1s-is-a-Passw0rd-for-examples!"
      {"6368616e67656d652d6368616e67656d652d6368616e67656d652d3132333435", "it is readable text"},
      {"546831732d69732d612d50617373773072642d666f722d6578616d706c657321", "it is readable text"},
      {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
       "it is published in documentation"},
  }));
  const auto ring = KeyRing::parse(ring_of(key));
  REQUIRE_FALSE(ring.has_value());
  CHECK(ring.error().code == core::ExitCode::config);
  CHECK(ring.error().message ==
        "key ring line 2: key 'k1' is an example, not a random key: " + reason);
  CHECK(ring.error().hint == "make one: trunkline init, or openssl rand -hex 32");
}

TEST_CASE("key ring: random keys are never taken for examples", "[keystore]") {
  for (int i = 0; i < 2000; ++i)
    CHECK_FALSE(why_not_random(crypto::random_bytes(kKeySize)).has_value());
}

TEST_CASE("key ring: comments, blank lines and Windows line ends do no harm", "[keystore]") {
  const auto ring = KeyRing::parse(
      "trunkline-keyring 1\r\n\r\n# two keys\r\nkey k1 "
      "2026-11-21T08:00:00Z " +
      std::string(kKey) + "\r\ncurrent k1\r\n");
  REQUIRE(ring.has_value());
  CHECK(ring->current() == KeyId("k1"));
}

TEST_CASE("key ring: a malformed file is named with its line, never with its key", "[keystore]") {
  const std::string key(kKey);
  const auto [text, message] = GENERATE_COPY(table<std::string, std::string>({
      {"", "key ring line 1: this is not a key ring"},
      {"trunkline-keyring 2\n", "key ring line 1: this is not a key ring"},
      {"trunkline-keyring 1\n", "the key ring holds no key"},
      {"trunkline-keyring 1\nkey k1 " + key + "\n",
       "key ring line 2: expected 'key ID TIME HEX' or 'current ID'"},
      {ring_of(key.substr(0, 63) + "x"), "key ring line 2: the key is not hexadecimal"},
      {ring_of(key.substr(0, 62)), "key ring line 2: key 'k1' has 31 bytes, not 32"},
      {ring_of(key, "K1"), "key ring line 2: 'K1' is not a key id"},
      {ring_of(key) + "current k1\n", "key ring line 4: a second current key"},
      {ring_of(key) + "key k1 2026-11-21T08:00:00Z " + key + "\n",
       "key ring line 4: key 'k1' is in the ring already"},
      {"trunkline-keyring 1\nkey k1 2026-11-21T08:00:00Z " + key + "\n",
       "the key ring names no current key that it holds"},
  }));
  const auto ring = KeyRing::parse(text);
  REQUIRE_FALSE(ring.has_value());
  CHECK(ring.error().message == message);
  CHECK(ring.error().code == core::ExitCode::config);
  CHECK_FALSE(ring.error().hint.empty());
}

TEST_CASE("key ring: a file that others can read, or that is not there, is refused", "[keystore]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "recording.keyring";
  SECTION("missing") {
    const auto ring = KeyRing::load(path);
    REQUIRE_FALSE(ring.has_value());
    CHECK(ring.error().code == core::ExitCode::no_input);
    CHECK(ring.error().hint == "make one: trunkline init");
  }
  SECTION("readable for the group") {
    std::ofstream(path) << ring_of(kKey);
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    const auto ring = KeyRing::load(path);
    REQUIRE_FALSE(ring.has_value());
    CHECK(ring.error().code == core::ExitCode::no_permission);
    CHECK(ring.error().hint.find("chmod 600") != std::string::npos);
  }
  SECTION("an example key") {
    std::ofstream(path) << ring_of(std::string(64, '0'));
    std::filesystem::permissions(path, std::filesystem::perms(0400));
    const auto ring = KeyRing::load(path);
    REQUIRE_FALSE(ring.has_value());
    CHECK(ring.error().message ==
          "cannot use '" + path.native() +
              "': key ring line 2: key 'k1' is an example, not a random key: it repeats a "
              "pattern");
  }
}

TEST_CASE("key ring: an id is short and plain", "[keystore]") {
  CHECK(parse_key_id("2026-11-21-0a1b2c3d").has_value());
  const std::string text = GENERATE(std::string(), std::string(65, 'a'), std::string("A"),
                                    std::string("a b"), std::string("a/b"), std::string("\x1b[2J"));
  CHECK_FALSE(parse_key_id(text).has_value());
}

TEST_CASE("key ring: any key but the current one can be taken out", "[keystore]") {
  KeyRing ring = KeyRing::generate(test::FakeClock().wall());
  const KeyId first = ring.current();
  const std::string before = ring.fingerprint();
  CHECK(ring.remove(first).error() == core::Fault{core::ExitCode::no_permission,
                                                  "key '" + first.value() + "' is the current one",
                                                  "begin another first: trunkline keys rotate"});
  const KeyId second = ring.add_fresh(test::FakeClock().wall());
  CHECK(ring.fingerprint() != before);
  REQUIRE(ring.remove(first).has_value());
  CHECK(ring.find(first) == nullptr);
  CHECK(ring.current() == second);
  CHECK(ring.remove(first).error().code == core::ExitCode::no_input);
}

}  // namespace
}  // namespace trunkline::keystore
