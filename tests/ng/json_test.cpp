// SPDX-License-Identifier: MIT
#include "ng/json.h"

#include <catch2/catch.hpp>

#include "ng/message.h"

namespace trunkline::ng {

TEST_CASE("ng json: objects, arrays, strings and integers are a dictionary", "[ng]") {
  const auto read = parse_json_dictionary(
      R"( {"command":"offer","flags":["fatal","x\u00e4"],"limit":-5,"on":true,"off":false,)"
      R"("nested":{"a":[1,[2]]}} )");
  REQUIRE(read);
  CHECK(*read == Dictionary{{"command", "offer"},
                            {"flags", List{"fatal", "x\xc3\xa4"}},
                            {"limit", -5},
                            {"on", 1},
                            {"off", 0},
                            {"nested", Dictionary{{"a", List{1, List{2}}}}}});
  CHECK(parse_json_dictionary(to_json(*read)) == *read);
}

TEST_CASE("ng json: what NG has no form for is refused", "[ng]") {
  struct Row {
    std::string text;
    std::string why;
  };
  const auto row = GENERATE(
      Row{"", "it is no JSON"}, Row{"[1]", "it is no object"}, Row{R"({"a":1} x)", "it is no JSON"},
      Row{R"({"a":1.5})", "a value that NG has no form for"},
      Row{R"({"a":null})", "a value that NG has no form for"},
      Row{R"({"a":18446744073709551615})", "a number that is too large"},
      Row{R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}", "nested too deeply"},
      Row{"{\"a\":[0" +
              [] {
                std::string zeros;
                for (int i = 0; i < 70'000; ++i) zeros += ",0";
                return zeros;
              }() +
              "]}",
          "too many values"},
      Row{"{\"a\":\"" + std::string(kMaxMessageBytes, 'x') + "\"}", "it is too long"});
  CAPTURE(row.text.substr(0, 60));
  const auto read = parse_json_dictionary(row.text);
  REQUIRE_FALSE(read);
  CHECK(read.error().message == "cannot read NG message in JSON: " + row.why);
}

TEST_CASE("ng json: the end of an object in a stream is found", "[ng]") {
  const std::string object = R"({"a":"}\"{","b":{"c":[]}})";
  CHECK(json_length(object + "c2 {}") == object.size());
  for (std::size_t cut = 0; cut < object.size(); ++cut) {
    CAPTURE(cut);
    CHECK(json_length(object.substr(0, cut)) == std::nullopt);
  }
  CHECK_FALSE(json_length("x"));
}

TEST_CASE("ng json: a message is answered in the form it came in", "[ng]") {
  const auto json = parse_message(R"(c1 {"command":"ping"})");
  REQUIRE(json);
  CHECK(json->body.text("command") == "ping");
  CHECK(json->form == Form::json);
  CHECK(to_wire(json->cookie, pong_reply(), json->form) ==
        R"(c1 {"result":"pong","trunkline-version":1})");
  const auto bencoded = parse_message("c1 d7:command4:pinge");
  REQUIRE(bencoded);
  CHECK(bencoded->form == Form::bencode);
}

TEST_CASE("ng json: both forms may follow each other in one stream", "[ng]") {
  std::string_view stream =
      "c1 {\"command\":\"ping\"}\nc2 d7:command4:pingec3 {\"command\":\"list\"}";
  std::vector<std::string> seen;
  while (true) {
    const auto next = next_message(stream);
    REQUIRE(next);
    if (!*next) break;
    seen.push_back((*next)->message.cookie + " " +
                   std::string((*next)->message.body.text("command")));
    stream.remove_prefix((*next)->bytes);
  }
  CHECK(seen == std::vector<std::string>{"c1 ping", "c2 ping", "c3 list"});
}

}  // namespace trunkline::ng
