// SPDX-License-Identifier: MIT
#include "crypto/password.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace trunkline::crypto {
namespace {

constexpr unsigned kCheapest = 4;  // the tests are about the words, not about the time

core::Result<std::string> hash(std::string_view password) {
  return hash_password(core::Secret(password), kCheapest);
}

/// No example that is refused for being one letter only.
std::string of_size(std::size_t size) {
  std::string password;
  while (password.size() < size) password += static_cast<char>('a' + password.size() % 23);
  return password;
}

TEST_CASE("password: a hash is verified by its own password only", "[crypto]") {
  const std::string hashed = hash("correct horse").value();
  CHECK(hashed.starts_with("$2b$04$"));
  CHECK(hashed.size() == 60);
  CHECK(verify_password(core::Secret("correct horse"), hashed));
  CHECK_FALSE(verify_password(core::Secret("correct horsf"), hashed));
  CHECK(hash("correct horse").value() != hashed);
}

TEST_CASE("password: a published bcrypt hash is verified", "[crypto]") {
  // Openwall crypt_blowfish, wrapper.c
  CHECK(verify_password(core::Secret("U*U"),
                        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
}

TEST_CASE("password: 8 to 72 bytes are taken, everything else is refused with a reason",
          "[crypto]") {
  CHECK(hash(of_size(8)).has_value());
  CHECK(hash(of_size(72)).has_value());
  CHECK(hash(of_size(7)).error().message == "cannot take the password: shorter than 8 bytes");
  CHECK(hash(of_size(73)).error() ==
        core::Fault{core::ExitCode::data, "cannot take the password: longer than 72 bytes",
                    "bcrypt would ignore the rest, so choose a shorter one"});
  CHECK(hash(std::string_view("with a \0 byte", 13)).error().message ==
        "cannot take the password: it holds a NUL byte");
}

TEST_CASE("password: what everybody tries first is refused", "[crypto]") {
  CHECK(hash("changeme").error() ==
        core::Fault{core::ExitCode::data,
                    "cannot take the password: it is one that everybody tries first",
                    "choose another, or leave it out to have one made"});
  CHECK_FALSE(hash("Password123"));
}

TEST_CASE("password: all 72 bytes count", "[crypto]") {
  const std::string longest = of_size(72);
  const std::string hashed = hash(longest).value();
  CHECK_FALSE(verify_password(core::Secret(longest.substr(0, 71) + "y"), hashed));
  CHECK_FALSE(verify_password(core::Secret(longest + "x"), hashed));
}

TEST_CASE("password: what is no bcrypt hash verifies nothing", "[crypto]") {
  const std::string hashed = GENERATE("", "*0", "plain text", "$1$abc$def", "$2b$04$short",
                                      "$2b$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJ");
  CHECK_FALSE(verify_password(core::Secret("plain text"), hashed));
}

TEST_CASE("password: made ones are long, readable and different", "[crypto]") {
  std::set<std::string> made;
  std::set<char> letters;
  for (int i = 0; i < 200; ++i) {
    const core::Secret password = make_password();
    CHECK(password.size() == 20);
    made.emplace(password.reveal_text());
    letters.insert(password.reveal_text().begin(), password.reveal_text().end());
  }
  CHECK(made.size() == 200);
  CHECK(letters.size() == 55);
  for (const char mistakable : std::string("0Oo1lIi")) CHECK(letters.count(mistakable) == 0);
  CHECK(make_password(7).size() == 7);
}

}  // namespace
}  // namespace trunkline::crypto
