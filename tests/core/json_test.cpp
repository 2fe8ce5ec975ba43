// SPDX-License-Identifier: MIT
#include "core/json.h"

#include <catch2/catch.hpp>

namespace trunkline::core {
namespace {

TEST_CASE("a line keeps the order of the keys and is always UTF-8", "[core]") {
  CHECK(to_line(*parse_json(R"({"z": 1, "a": [true, null, "ä"]})")) ==
        R"({"z":1,"a":[true,null,"ä"]})");
  CHECK(to_line(Json{{"bad", "a\xff"}}) == "{\"bad\":\"a\ufffd\"}");
  CHECK(to_line(Json{{"two", "a\nb"}}) == R"({"two":"a\nb"})");
}

TEST_CASE("text that is not one JSON value is a fault", "[core]") {
  for (const std::string_view text :
       {"", "{", "{}x", "{} {}", "{'a':1}", "nul", "[1,]", "\"\xff\""})
    CHECK_FALSE(parse_json(text));
}

TEST_CASE("nesting is bounded before the parser sees it", "[core]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_json(nested(64)));
  const auto deep = parse_json(nested(65));
  REQUIRE_FALSE(deep);
  CHECK(deep.error().message == "JSON is nested deeper than 64");
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
  CHECK(
      parse_json(R"(["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[["])"));
}

TEST_CASE("a member that is not there or of another type gives the default", "[core]") {
  const Json json = *parse_json(
      R"({"text":"a","number":-5,"flag":true,"fraction":1.9,"huge":1e300,"max":18446744073709551615})");
  CHECK(text_at(json, "text") == "a");
  CHECK(text_at(json, "number", "x") == "x");
  CHECK(text_at(json, "none", "x") == "x");
  CHECK(number_at(json, "number") == -5);
  CHECK(number_at(json, "text", 7) == 7);
  CHECK(number_at(json, "fraction") == 1);
  CHECK(number_at(json, "huge", 7) == 7);
  CHECK(number_at(json, "max", 7) == 7);
  CHECK(bool_at(json, "flag"));
  CHECK_FALSE(bool_at(json, "number"));
  CHECK(text_at(Json::array(), "text", "x") == "x");
}

TEST_CASE("json: a number that does not fit is as good as none", "[core]") {
  struct Row {
    std::string text;
    std::int64_t expected;
  };
  for (const Row& row :
       {Row{"7", 7}, Row{"-7", -7}, Row{"2.9", 2}, Row{"9223372036854775807", INT64_MAX},
        Row{"-9223372036854775808", INT64_MIN}, Row{"9223372036854775808", 42},
        Row{"18446744073709551615", 42}, Row{"1e300", 42}, Row{"-1e300", 42}, Row{"\"7\"", 42},
        Row{"null", 42}, Row{"true", 42}}) {
    CAPTURE(row.text);
    const auto json = parse_json("{\"limit\":" + row.text + "}");
    REQUIRE(json);
    CHECK(number_at(*json, "limit", 42) == row.expected);
  }
}

}  // namespace
}  // namespace trunkline::core
