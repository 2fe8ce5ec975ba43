// SPDX-License-Identifier: MIT
#include "db/service_file.h"

#include <catch2/catch.hpp>

namespace trunkline::db {
namespace {

TEST_CASE("service file: a connection string becomes its section", "[db]") {
  CHECK(service_text("host=/run/pg dbname=trunkline", "site").value() ==
        "[site]\ndbname=trunkline\nhost=/run/pg\n");
  const std::string by_uri =
      service_text("postgresql://op:s3cret%20word@db.example:5433/calls?sslmode=require", "x")
          .value();
  for (const char* const line : {"[x]\n", "user=op\n", "password=s3cret word\n", "port=5433\n",
                                 "host=db.example\n", "dbname=calls\n", "sslmode=require\n"}) {
    INFO(by_uri);
    CHECK(by_uri.find(line) != std::string::npos);
  }
  CHECK(service_text("dbname=trunkline port=5433", "x", "other").value() ==
        "[x]\nport=5433\ndbname=other\n");
}

TEST_CASE("service file: what libpq cannot read is a fault, and a line break is refused", "[db]") {
  const auto wrong = service_text("host=x nonsense", "x");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message ==
        "cannot read db.url: missing \"=\" after \"nonsense\" in connection info string");
  const auto split = service_text("host=x password='a\nhost=evil'", "x");
  REQUIRE_FALSE(split);
  CHECK(split.error().message == "cannot use db.url: its password has a line break");
}

}  // namespace
}  // namespace trunkline::db
