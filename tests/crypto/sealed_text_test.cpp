// SPDX-License-Identifier: MIT
#include "crypto/sealed_text.h"

#include <catch2/catch.hpp>

namespace trunkline::crypto {
namespace {

constexpr ScryptCost kCheap{.log2_cost = 4, .block_size = 8, .parallel = 1};
constexpr SealedKind kKind{.first_line = "a-kind 1", .name = "copy", .hint = "take another"};
constexpr SealedKind kOther{.first_line = "b-kind 1", .name = "copy", .hint = "take another"};

const core::Secret kPassphrase{std::string_view("several words in a row")};

TEST_CASE("sealed text: opens by its passphrase, and is of its kind", "[crypto]") {
  const std::string text =
      seal_text(kKind, core::as_bytes("what is secret"), kPassphrase, kCheap).value();
  CHECK(text.starts_with("a-kind 1\nscrypt 4 8 1 "));
  CHECK(open_text(kKind, text, kPassphrase)->reveal_text() == "what is secret");
  CHECK(seal_text(kKind, core::as_bytes("what is secret"), kPassphrase, kCheap).value() != text);
  const auto wrong = open_text(kKind, text, core::Secret(std::string_view("other words in a row")));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == core::ExitCode::no_permission);
  CHECK(open_text(kOther, text, kPassphrase).error().message == "copy line 1: this is no copy");
  // The kind is under the seal, too.
  std::string renamed = text;
  renamed[0] = 'b';
  CHECK_FALSE(open_text(kOther, renamed, kPassphrase).has_value());
}

TEST_CASE("sealed text: a short passphrase is refused", "[crypto]") {
  CHECK(seal_text(kKind, core::as_bytes("x"), core::Secret(std::string_view("short")), kCheap)
            .error()
            .code == core::ExitCode::usage);
}

}  // namespace
}  // namespace trunkline::crypto
