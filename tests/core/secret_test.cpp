// SPDX-License-Identifier: MIT
#include "core/secret.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <type_traits>

namespace trunkline::core {
namespace {

static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);

TEST_CASE("a secret gives its bytes only where it is revealed", "[core]") {
  const Secret secret(std::string_view("geheim"));
  CHECK(secret.reveal_text() == "geheim");
  CHECK(secret.size() == 6);
  CHECK(Secret().empty());
  const Secret zeros = Secret::of_size(32);
  CHECK(zeros.size() == 32);
  CHECK(std::all_of(zeros.reveal().begin(), zeros.reveal().end(),
                    [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_CASE("a moved-from secret is empty, and a copy is its own", "[core]") {
  Secret first(std::string_view("geheim"));
  const Secret copy = first;
  const Secret moved = std::move(first);
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): this is what is promised
  CHECK(moved.reveal_text() == "geheim");
  Secret other(std::string_view("anderes"));
  other = copy;
  other.writable()[0] = std::byte{'G'};
  CHECK(other.reveal_text() == "Geheim");
  CHECK(copy.reveal_text() == "geheim");
  Secret& same = other;
  other = same;
  CHECK(other.reveal_text() == "Geheim");
}

}  // namespace
}  // namespace trunkline::core
