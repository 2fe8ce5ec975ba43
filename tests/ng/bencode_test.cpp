// SPDX-License-Identifier: MIT
#include "ng/bencode.h"

#include <catch2/catch.hpp>

#include <string>

namespace trunkline::ng {
namespace {

TEST_CASE("bencode: values are written in their canonical form", "[ng]") {
  struct Row {
    Value value;
    std::string bytes;
  };
  const std::vector<Row> rows = {
      {0, "i0e"},
      {-42, "i-42e"},
      {INT64_MIN, "i-9223372036854775808e"},
      {"", "0:"},
      {"spam", "4:spam"},
      {std::string("a\0b", 3), std::string("3:a\0b", 5)},
      {List{}, "le"},
      {List{"spam", 42}, "l4:spami42ee"},
      {Dictionary{}, "de"},
      {Dictionary{{"b", 2}, {"a", 1}, {"c", List{"x"}}}, "d1:ai1e1:bi2e1:cl1:xee"},
  };
  for (const auto& row : rows) {
    CHECK(to_bencode(row.value) == row.bytes);
    CHECK(parse_bencode(row.bytes) == row.value);
  }
}

TEST_CASE("bencode: keys are read in any order, and the first of two counts", "[ng]") {
  const auto value = parse_bencode("d3:two1:23:one1:13:two1:9e");
  REQUIRE(value);
  CHECK(to_bencode(*value) == "d3:one1:13:two1:2e");
}

TEST_CASE("bencode: what is malformed is a fault that names the byte", "[ng]") {
  struct Row {
    std::string bytes;
    std::string why;
  };
  const std::vector<Row> rows = {
      {"", "at byte 0: the value is not complete"},
      {"i42", "at byte 3: the value is not complete"},
      {"ie", "at byte 0: no integer"},
      {"i-e", "at byte 0: no integer"},
      {"i+1e", "at byte 0: no integer"},
      {"i1x2e", "at byte 0: no integer"},
      {"i99999999999999999999e", "at byte 0: no integer"},
      {"i" + std::string(30, '1') + "e", "at byte 0: an integer of too many digits"},
      {"4:spa", "at byte 5: the value is not complete"},
      {"4spam", "at byte 1: a string length without ':'"},
      {"9999999:x", "at byte 0: a string that is too long"},
      {"18446744073709551617:x", "at byte 0: a string that is too long"},
      {"x", "at byte 0: no value begins like this"},
      {"-1:x", "at byte 0: no value begins like this"},
      {"e", "at byte 0: an end without a beginning"},
      {"l4:spam", "at byte 7: the value is not complete"},
      {"di1ei2ee", "at byte 1: a dictionary's key is no string"},
      {"d1:ae", "at byte 4: a key without value"},
      {"i1ei2e", "at byte 3: bytes after the value"},
      {std::string(kMaxDepth + 1, 'l'), "at byte 32: deeper than 32 levels"},
  };
  for (const auto& row : rows) {
    INFO(row.bytes);
    const auto value = parse_bencode(row.bytes);
    REQUIRE_FALSE(value);
    CHECK(value.error() == core::Fault{core::ExitCode::data, "cannot read bencode " + row.why});
  }
}

TEST_CASE("bencode: bounds hold", "[ng]") {
  const auto levels = [](std::size_t count) {
    return std::string(count, 'l') + std::string(count, 'e');
  };
  CHECK(parse_bencode(levels(kMaxDepth)));
  CHECK_FALSE(parse_bencode(levels(kMaxDepth + 1)));
  std::string many = "l";
  for (std::size_t i = 0; i < kMaxValues; ++i) many += "0:";
  CHECK_FALSE(parse_bencode(many + "e"));
  CHECK_FALSE(parse_bencode("1048577:" + std::string(kMaxMessageBytes + 1, 'x')));
}

TEST_CASE("bencode: the end of a value is found in a stream", "[ng]") {
  const std::string bytes = "d4:listl1:a1:be3:onei1ee";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto length = bencode_length(std::string_view(bytes).substr(0, i));
    REQUIRE(length);
    CHECK_FALSE(*length);
  }
  CHECK(bencode_length(bytes + "more") == bytes.size());
  CHECK_FALSE(bencode_length("d4:listx"));
  CHECK_FALSE(bencode_length("l" + std::string(kMaxMessageBytes, '0')));
}

TEST_CASE("bencode: a dictionary's getters never fail", "[ng]") {
  const Dictionary dictionary{{"flags", List{"fatal", 3, "other"}},
                              {"one", "single"},
                              {"number", 7},
                              {"digits", "-12"},
                              {"inner", Dictionary{{"a", 1}}}};
  CHECK(dictionary.text("one") == "single");
  CHECK(dictionary.text("number", "none") == "none");
  CHECK(dictionary.text("absent", "none") == "none");
  CHECK(dictionary.integer("number") == 7);
  CHECK(dictionary.integer("digits") == -12);
  CHECK(dictionary.integer("one", 5) == 5);
  CHECK(dictionary.texts("flags") == std::vector<std::string_view>{"fatal", "other"});
  CHECK(dictionary.texts("one") == std::vector<std::string_view>{"single"});
  CHECK(dictionary.has_text("flags", "fatal"));
  CHECK_FALSE(dictionary.has_text("flags", "fata"));
  REQUIRE(dictionary.dictionary("inner"));
  CHECK(dictionary.dictionary("inner")->integer("a") == 1);
  CHECK(dictionary.list("inner") == nullptr);
}

TEST_CASE("bencode: setting and removing keep keys sorted and single", "[ng]") {
  Dictionary dictionary;
  dictionary.set("b", 1).set("a", 2).set("b", 3);
  CHECK(to_bencode(dictionary) == "d1:ai2e1:bi3ee");
  dictionary.remove("a");
  dictionary.remove("absent");
  CHECK(to_bencode(dictionary) == "d1:bi3ee");
}

}  // namespace
}  // namespace trunkline::ng
