// SPDX-License-Identifier: MIT
#include "core/example_secret.h"

#include <catch2/catch.hpp>

namespace trunkline::core {
namespace {

TEST_CASE("secrets that manuals print are known, however they are written", "[core]") {
  const std::string_view secret = GENERATE(
      values<std::string_view>({"password", "Password", "P@ssw0rd", "change-me", "CHANGE_ME_NOW!",
                                "changeme123", "your_jwt_secret_here", "your-api-key", "postgres",
                                "<password>", "${DB_PASSWORD}", "xxxxxxxx", "********", "12345678",
                                "admin123", "example-secret-key", "replace-with-a-real-one"}));
  INFO(secret);
  CHECK(is_example_secret(secret));
}

TEST_CASE("secrets that somebody made are none of them", "[core]") {
  const std::string_view secret = GENERATE(values<std::string_view>(
      {"", "correct horse battery", "k2Rw9-mmQ7", "yourself4711", "passwords are hard",
       "6f1d3c5b9a7e8240c1d2e3f4a5b6978812345678deadbeefcafef00d01234567", "Tr0ub4dor&3",
       "!#%&/()=?", "geheimnis1"}));
  INFO(secret);
  CHECK_FALSE(is_example_secret(secret));
}

}  // namespace
}  // namespace trunkline::core
