// SPDX-License-Identifier: MIT
#include "config/database_url.h"

#include <catch2/catch.hpp>

namespace trunkline::config {
namespace {

TEST_CASE("the password leaves a database's URL for a line of the password file", "[config]") {
  struct Taken {
    std::string_view text;
    std::string_view url;
    std::string_view line;
  };
  const Taken taken = GENERATE(values<Taken>(
      {{"postgres://app:s3cr%3At@db.example:6543/voip?sslmode=require&schema=public",
        "postgresql://app@db.example:6543/voip?sslmode=require",
        "db.example:6543:voip:app:s3cr\\:t\n"},
       {"postgresql://app:p@ss@localhost/voip", "postgresql://app@localhost/voip",
        "localhost:5432:voip:app:p@ss\n"},
       {"postgresql://app:back%5Cslash@[::1]:5432/voip", "postgresql://app@[::1]:5432/voip",
        "\\:\\:1:5432:voip:app:back\\\\slash\n"},
       {"postgresql://app@localhost/voip", "postgresql://app@localhost/voip", ""},
       {"postgresql:///voip?host=/run/postgresql", "postgresql:///voip?host=/run/postgresql", ""},
       {"postgresql://app:x@h", "postgresql://app@h/", "h:5432:app:app:x\n"}}));
  INFO(taken.text);
  const auto url = parse_database_url(taken.text);
  REQUIRE(url);
  CHECK(url->url == taken.url);
  CHECK(url->passfile_line().reveal_text() == taken.line);
}

TEST_CASE("parameters of other libraries are dropped and named", "[config]") {
  const auto url = parse_database_url("postgres://a:b@h/d?schema=public&connection_limit=5");
  REQUIRE(url);
  CHECK(url->dropped == std::vector<std::string>{"schema", "connection_limit"});
  CHECK(url->with_passfile("/etc/a b") == "postgresql://a@h/d?passfile=/etc/a%20b");
}

TEST_CASE("what is no URL of PostgreSQL is refused without showing it", "[config]") {
  const std::string_view text = GENERATE(values<std::string_view>(
      {"mysql://a:geheim@h/d", "file:./dev.db", "", "postgres://a:gehei%zz@h/d",
       "postgres://a:geheim%0a@h/d", "postgres://a:geheim@h:99999/d", "postgres://a:geheim@[::1/d",
       "postgres://a:geheim@h1,h2/d", "postgres://a:geheim%4"}));
  INFO(text);
  const auto url = parse_database_url(text);
  REQUIRE_FALSE(url);
  CHECK(url.error().message.find("gehei") == std::string::npos);
  CHECK(url.error().message.starts_with("cannot read the database's URL: "));
}

}  // namespace
}  // namespace trunkline::config
