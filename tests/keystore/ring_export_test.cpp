// SPDX-License-Identifier: MIT
#include "keystore/ring_export.h"

#include <catch2/catch.hpp>

#include "support/fake_clock.h"

namespace trunkline::keystore {
namespace {

const core::Time kNow = test::FakeClock().wall();
constexpr crypto::ScryptCost kCheap{.log2_cost = 4, .block_size = 8, .parallel = 1};

struct World {
  KeyRing ring = KeyRing::generate(kNow);
  core::Secret passphrase{std::string_view("correct horse battery staple")};
  std::string text = seal_ring(ring, passphrase, kCheap).value();
};

TEST_CASE("ring export: opens with its passphrase and shows nothing without", "[keystore]") {
  World world;
  const auto opened = open_ring(world.text, world.passphrase);
  REQUIRE(opened.has_value());
  CHECK(opened->text().reveal_text() == world.ring.text().reveal_text());
  const KeyId& id = world.ring.current();
  CHECK(world.text.find(core::to_hex(world.ring.find(id)->reveal())) == std::string::npos);
  CHECK(world.text.find(id.value()) == std::string::npos);
  // Two of the same ring have nothing in common.
  CHECK(seal_ring(world.ring, world.passphrase, kCheap).value() != world.text);

  CHECK(open_ring(world.text, core::Secret(std::string_view("correct horse battery stable")))
            .error() ==
        core::Fault{core::ExitCode::no_permission,
                    "cannot open the key ring export: the passphrase is another, or the file was "
                    "changed",
                    "mind the keyboard's layout; take another copy of the file"});
  CHECK_FALSE(seal_ring(world.ring, core::Secret(std::string_view("short")), kCheap).has_value());
}

TEST_CASE("ring export: every changed character shows", "[keystore]") {
  World world;
  for (std::size_t at = 0; at < world.text.size(); at += 7) {
    std::string changed = world.text;
    changed[at] = changed[at] == '1' ? '2' : '1';
    INFO(at);
    CHECK_FALSE(open_ring(changed, world.passphrase).has_value());
  }
  CHECK_FALSE(open_ring(world.text.substr(0, world.text.size() - 3), world.passphrase));
  CHECK(parse_sealed_ring("").error().message ==
        "key ring export line 4: what is sealed is cut, or not hexadecimal");
  CHECK(parse_sealed_ring("hello\n").error().message ==
        "key ring export line 1: this is no key ring export");
}

TEST_CASE("ring export: as it is typed from paper", "[keystore]") {
  World world;
  std::string typed;
  for (const char c : world.text) typed += c == '\n' ? std::string("\r\n\n") : std::string(1, c);
  CHECK(open_ring(typed, world.passphrase).has_value());
}

}  // namespace
}  // namespace trunkline::keystore
