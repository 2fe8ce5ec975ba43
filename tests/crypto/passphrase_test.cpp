// SPDX-License-Identifier: MIT
#include "crypto/passphrase.h"

#include <catch2/catch.hpp>

namespace trunkline::crypto {
namespace {

TEST_CASE("passphrase: scrypt gives what RFC 7914 section 12 says", "[crypto]") {
  const auto key = key_of_passphrase(core::Secret(std::string_view("pleaseletmein")),
                                     core::as_bytes("SodiumChloride"),
                                     {.log2_cost = 14, .block_size = 8, .parallel = 1});
  REQUIRE(key.has_value());
  CHECK(core::to_hex(key->reveal()) ==
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
}

TEST_CASE("passphrase: a cost from elsewhere that asks for too much is refused", "[crypto]") {
  const core::Secret passphrase(std::string_view("several words in a row"));
  for (const ScryptCost& cost :
       {ScryptCost{.log2_cost = 0}, ScryptCost{.log2_cost = 21},
        ScryptCost{.log2_cost = 20, .block_size = 64}, ScryptCost{.block_size = 0},
        ScryptCost{.block_size = 0xffffffff}, ScryptCost{.parallel = 0},
        ScryptCost{.log2_cost = 20, .block_size = 8, .parallel = 16},
        ScryptCost{.parallel = 0xffffffff}}) {
    INFO(cost.log2_cost << " " << cost.block_size << " " << cost.parallel);
    const auto key = key_of_passphrase(passphrase, {}, cost);
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().code == core::ExitCode::data);
  }
}

TEST_CASE("passphrase: short ones and examples are refused", "[crypto]") {
  CHECK(check_passphrase(core::Secret(std::string_view("correct horse battery"))).has_value());
  CHECK(check_passphrase(core::Secret(std::string_view("elevenchars"))).error() ==
        core::Fault{core::ExitCode::usage, "the passphrase is shorter than 12 characters",
                    "several words that do not belong together make a good one"});
}

}  // namespace
}  // namespace trunkline::crypto
