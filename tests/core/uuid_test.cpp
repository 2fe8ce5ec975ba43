// SPDX-License-Identifier: MIT
#include "core/uuid.h"

#include <catch2/catch.hpp>
#include <set>

namespace trunkline::core {
namespace {

TEST_CASE("a fresh id is a UUIDv7 of its millisecond", "[core]") {
  const Time moment = *parse_rfc3339("2026-11-21T08:00:00.123456Z");
  const Uuid uuid = Uuid::make(moment);
  const std::string text = uuid.text();
  CHECK(text[14] == '7');                                                    // version
  CHECK(std::string_view("89ab").find(text[19]) != std::string_view::npos);  // variant
  CHECK(to_rfc3339(uuid.made_at()) == "2026-11-21T08:00:00.123000Z");
  CHECK_FALSE(uuid.is_nil());
}

TEST_CASE("ids differ, and sort by the time they were made", "[core]") {
  const Time moment = *parse_rfc3339("2026-11-21T08:00:00Z");
  std::set<Uuid> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(Uuid::make(moment));
  CHECK(ids.size() == 1000);
  CHECK(*ids.rbegin() < Uuid::make(moment + Milliseconds(1)));
}

TEST_CASE("an id is read in either case and written in lower case", "[core]") {
  constexpr std::string_view kText = "0199a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";
  const auto uuid = Uuid::parse("0199A1B2-C3D4-7E5F-8A6B-0C1D2E3F4A5B");
  REQUIRE(uuid);
  CHECK(uuid->text() == kText);
  CHECK(Uuid::parse("00000000-0000-0000-0000-000000000000")->is_nil());
  CHECK(CallRef::parse(kText)->text() == kText);
}

TEST_CASE("what is no UUID is refused", "[core]") {
  for (const std::string_view text :
       {"", "0199a1b2c3d47e5f8a6b0c1d2e3f4a5b", "0199a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5",
        "0199a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5bb", "0199a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5g",
        "0199a1b2c-3d4-7e5f-8a6b-0c1d2e3f4a5b", "{199a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5}"})
    CHECK_FALSE(Uuid::parse(text));
}

}  // namespace
}  // namespace trunkline::core
