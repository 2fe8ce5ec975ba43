// SPDX-License-Identifier: MIT
#include "core/json.h"

#include <catch2/catch.hpp>

namespace trunkline::core {

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

}  // namespace trunkline::core
