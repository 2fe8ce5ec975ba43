// SPDX-License-Identifier: MIT
#include "exchange/open_call.h"

#include <catch2/catch.hpp>

namespace trunkline::exchange {

TEST_CASE("open call: what is stored is read back", "[exchange]") {
  const OpenCall open{.record = R"({"schema":"call.v1","state":"connected"})",
                      .dialogs = {R"({"schema":"dialog.v1","call_id":"a"})", "b"},
                      .media_node = "udp:127.0.0.1:22222"};
  const auto again = parse_open_call(to_text(open));
  REQUIRE(again);
  CHECK(again->record == open.record);
  CHECK(again->dialogs == open.dialogs);
  CHECK(again->media_node == open.media_node);
}

TEST_CASE("open call: what is none is refused", "[exchange]") {
  for (const char* text :
       {"", "{}", "[]", R"({"schema":"open_call.v1"})", R"({"schema":"open_call.v1","record":7})",
        R"({"schema":"other","record":{}})"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_open_call(text).has_value());
  }
  const auto odd = parse_open_call(R"({"schema":"open_call.v1","record":{},"dialogs":[1,"x",{}]})");
  REQUIRE(odd);
  CHECK(odd->dialogs == std::vector<std::string>{"x"});
}

}  // namespace trunkline::exchange
