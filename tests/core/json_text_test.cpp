// SPDX-License-Identifier: MIT
#include "core/json_text.h"

#include <catch2/catch.hpp>

#include "core/json.h"

namespace trunkline::core {

TEST_CASE("json text: writes what a tree would be written as", "[core]") {
  const std::string odd = "quote \" back \\ line \n tab \t nul \x01 ü 😀";
  JsonText nested;
  nested.add("a", 1);
  JsonText text;
  text.add("text", "plain")
      .add("odd", odd)
      .add("number", -7)
      .add("big", std::uint64_t{18'446'744'073'709'551'615U})
      .add_some("left out", "")
      .add_some("kept", "x")
      .add_raw("nested", std::move(nested).finish())
      .add("", "empty key");
  const Json tree = {{"text", "plain"}, {"odd", odd},
                     {"number", -7},    {"big", std::uint64_t{18'446'744'073'709'551'615U}},
                     {"kept", "x"},     {"nested", {{"a", 1}}},
                     {"", "empty key"}};
  CHECK(std::move(text).finish() == to_line(tree));
}

TEST_CASE("json text: every byte is written right at every place of a string", "[core]") {
  for (int byte = 0; byte < 0x100; ++byte) {
    for (std::size_t place = 0; place < 18; ++place) {
      std::string value(18, 'a');
      value[place] = static_cast<char>(byte);
      std::string text = "before";
      append_json_string(text, value);
      INFO(byte << " at " << place);
      CHECK(text == "before" + to_line(Json(value)));
    }
  }
}

TEST_CASE("json text: an empty object, and bytes that are not UTF-8", "[core]") {
  CHECK(JsonText().finish() == "{}");
  JsonText text;
  text.add("bad", "a\xFFz");
  CHECK(parse_json(std::move(text).finish()).value()["bad"] == "a\xEF\xBF\xBDz");
}

}  // namespace trunkline::core
