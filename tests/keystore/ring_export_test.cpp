// SPDX-License-Identifier: MIT
#include "keystore/ring_export.h"

#include <catch2/catch.hpp>

#include "keystore/moment.h"

namespace trunkline::keystore {
namespace {

constexpr crypto::ScryptCost kCheap{.log2_cost = 4, .block_size = 8, .parallel = 1};

struct ExportedRing {
  KeyRing ring = KeyRing::generate(kNow);
  core::Secret passphrase{std::string_view("correct horse battery staple")};
  std::string text = seal_ring(ring, passphrase, kCheap).value();
};

TEST_CASE("ring export: opens with its passphrase and shows nothing without", "[keystore]") {
  ExportedRing exported;
  const auto opened = open_ring(exported.text, exported.passphrase);
  REQUIRE(opened.has_value());
  CHECK(opened->text().reveal_text() == exported.ring.text().reveal_text());
  const KeyId& id = exported.ring.current();
  CHECK(exported.text.find(core::to_hex(exported.ring.find(id)->reveal())) == std::string::npos);
  CHECK(exported.text.find(id.value()) == std::string::npos);
  // Two of the same ring have nothing in common.
  CHECK(seal_ring(exported.ring, exported.passphrase, kCheap).value() != exported.text);

  CHECK(open_ring(exported.text, core::Secret(std::string_view("correct horse battery stable")))
            .error() ==
        core::Fault{core::ExitCode::no_permission,
                    "cannot open the key ring export: the passphrase is another, or the file was "
                    "changed",
                    "mind the keyboard's layout; take another copy of the file"});
  CHECK_FALSE(
      seal_ring(exported.ring, core::Secret(std::string_view("short")), kCheap).has_value());
}

TEST_CASE("ring export: every changed character shows", "[keystore]") {
  ExportedRing exported;
  for (std::size_t at = 0; at < exported.text.size(); at += 7) {
    std::string changed = exported.text;
    changed[at] = changed[at] == '1' ? '2' : '1';
    INFO(at);
    CHECK_FALSE(open_ring(changed, exported.passphrase).has_value());
  }
  CHECK_FALSE(open_ring(exported.text.substr(0, exported.text.size() - 3), exported.passphrase));
  CHECK(parse_sealed_ring("").error().message ==
        "key ring export line 4: what is sealed is cut, or not hexadecimal");
  CHECK(parse_sealed_ring("hello\n").error().message ==
        "key ring export line 1: this is no key ring export");
}

TEST_CASE("ring export: as it is typed from paper", "[keystore]") {
  ExportedRing exported;
  std::string typed;
  for (const char c : exported.text) typed += c == '\n' ? std::string("\r\n\n") : std::string(1, c);
  CHECK(open_ring(typed, exported.passphrase).has_value());
}

}  // namespace
}  // namespace trunkline::keystore
