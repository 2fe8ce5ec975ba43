// SPDX-License-Identifier: MIT
#include "core/json_reader.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace trunkline::core {
namespace {

TEST_CASE("json reader: one object after the other", "[core]") {
  JsonReader reader;
  REQUIRE(reader.read(R"({"text":"a\"ä","number":-5,"flag":true,"list":["b",1,"c"]})"));
  CHECK(reader.text_at("text") == "a\"ä");
  CHECK(reader.number_at("number") == -5);
  CHECK(reader.bool_at("flag"));
  std::vector<std::string> list;
  reader.for_each_text("list", [&](std::string_view text) { list.emplace_back(text); });
  CHECK(list == std::vector<std::string>{"b", "c"});

  REQUIRE(reader.read(R"({"text":")" + std::string(100'000, 'x') + R"("})"));
  CHECK(reader.text_at("text").size() == 100'000);
  CHECK(reader.number_at("number", 7) == 7);
}

TEST_CASE("json reader: a member that is not there or of another type gives the default",
          "[core]") {
  JsonReader reader;
  REQUIRE(reader.read(
      R"({"text":"a","number":-5,"flag":true,"fraction":1.9,"huge":1e300,"max":18446744073709551615})"));
  CHECK(reader.text_at("number", "x") == "x");
  CHECK(reader.text_at("none", "x") == "x");
  CHECK(reader.number_at("text", 7) == 7);
  CHECK(reader.number_at("fraction", 7) == 7);
  CHECK(reader.number_at("huge", 7) == 7);
  CHECK(reader.number_at("max", 7) == 7);
  CHECK(reader.bool_at("text", true));
  CHECK_FALSE(reader.bool_at("none"));
  int count = 0;
  reader.for_each_text("text", [&](std::string_view /*text*/) { ++count; });
  CHECK(count == 0);
}

TEST_CASE("json reader: what is not one JSON object is a fault, and leaves none", "[core]") {
  JsonReader reader;
  for (const std::string_view text :
       {"", "{", "{}x", "{} {}", "{'a':1}", "nul", "[1]", "\"a\"", "1", "{\"a\":\"\xff\"}"}) {
    INFO(text);
    REQUIRE(reader.read(R"({"a":"b"})"));
    const auto failed = reader.read(text);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == ExitCode::data);
    CHECK(reader.text_at("a", "none") == "none");
  }
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(reader.read(nested(60)));
  const auto deep = reader.read(nested(100'000));
  REQUIRE_FALSE(deep);
  CHECK(deep.error().message == "JSON is nested deeper than 64");
}

}  // namespace
}  // namespace trunkline::core
