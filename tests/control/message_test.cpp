// SPDX-License-Identifier: MIT
#include "control/message.h"

#include <catch2/catch.hpp>

namespace trunkline::control {
namespace {

std::string_view without_newline(const std::string& wire) {
  REQUIRE(wire.ends_with('\n'));
  return std::string_view(wire).substr(0, wire.size() - 1);
}

TEST_CASE("message: a request is read as it was written", "[control]") {
  const std::string wire = to_wire(RequestLine{7, "call.show", {{"call", "last"}}});
  CHECK(wire == "{\"v\":1,\"id\":7,\"verb\":\"call.show\",\"args\":{\"call\":\"last\"}}\n");
  const auto request = parse_request(without_newline(wire));
  REQUIRE(request);
  CHECK(request->id == 7);
  CHECK(request->verb == "call.show");
  CHECK(request->args == core::Json{{"call", "last"}});
}

TEST_CASE("message: args may be left out, unknown members are ignored", "[control]") {
  const auto request =
      parse_request(R"({"verb":"status","v":1,"id":18446744073709551615,"later":true})");
  REQUIRE(request);
  CHECK(request->id == 18446744073709551615u);
  CHECK(request->args == core::Json::object());
}

TEST_CASE("message: a request that is none is refused with its reason", "[control]") {
  struct Row {
    std::string line, why;
  };
  const std::string deep(100'000, '[');
  for (const Row& row :
       {Row{"", "text is not JSON"}, Row{"hello", "text is not JSON"},
        Row{"{\"v\":1", "text is not JSON"}, Row{"[1]", "it is not a JSON object"},
        Row{"7", "it is not a JSON object"}, Row{"null", "it is not a JSON object"},
        Row{deep, "JSON is nested deeper than 64"},
        Row{"{\"v\":1,\"id\":1,\"verb\":\"a\xff\"}", "text is not JSON"},
        Row{R"({"id":1,"verb":"status"})", "no version: v is missing or no number"},
        Row{R"({"v":"1","id":1,"verb":"status"})", "no version: v is missing or no number"},
        Row{R"({"v":1,"verb":"status"})", "no id, or none that is a whole number from 0 on"},
        Row{R"({"v":1,"id":-1,"verb":"status"})",
            "no id, or none that is a whole number from 0 on"},
        Row{R"({"v":1,"id":1.5,"verb":"status"})",
            "no id, or none that is a whole number from 0 on"},
        Row{R"({"v":1,"id":1e999,"verb":"status"})", "text is not JSON"},
        Row{R"({"v":1,"id":1})", "no verb, or not one of lower-case words and dots"},
        Row{R"({"v":1,"id":1,"verb":7})", "no verb, or not one of lower-case words and dots"},
        Row{R"({"v":1,"id":1,"verb":"Call List"})",
            "no verb, or not one of lower-case words and dots"},
        Row{R"({"v":1,"id":1,"verb":"status","args":[]})", "args is not an object"}}) {
    CAPTURE(row.line.substr(0, 80));
    const auto request = parse_request(row.line);
    REQUIRE_FALSE(request);
    CHECK(request.error() == core::Fault{core::ExitCode::protocol,
                                         "cannot read control message: " + row.why,
                                         "its form is described in schemas/control"});
  }
}

TEST_CASE("message: another version is refused by its number", "[control]") {
  const auto request = parse_request(R"({"v":2,"id":1,"verb":"status"})");
  REQUIRE_FALSE(request);
  CHECK(request.error().message ==
        "cannot read control message: its version is 2, this daemon speaks 1");
  CHECK(id_of(R"({"v":2,"id":1,"verb":"status"})") == 1u);
  CHECK_FALSE(id_of("hello"));
}

TEST_CASE("message: answers are read as they were written", "[control]") {
  struct Row {
    AnswerLine answer;
    std::string wire;
  };
  for (const Row& row :
       {Row{{.kind = AnswerLine::Kind::item, .id = 7, .body = {{"a", 1}}},
            "{\"id\":7,\"item\":{\"a\":1}}\n"},
        Row{{.kind = AnswerLine::Kind::ok, .id = 7, .body = {{"a", 1}}},
            "{\"id\":7,\"ok\":true,\"result\":{\"a\":1}}\n"},
        Row{{.kind = AnswerLine::Kind::ok, .id = 7, .has_descriptor = true},
            "{\"id\":7,\"ok\":true,\"descriptor\":true,\"result\":{}}\n"},
        Row{{.kind = AnswerLine::Kind::failed,
        .id = 7,
        .fault = {core::ExitCode::no_input, "no such call", "see sipctl call list"}},
            "{\"id\":7,\"ok\":false,\"error\":{\"code\":66,\"message\":\"no such call\","
            "\"hint\":\"see sipctl call list\"}}\n"},
        Row{{.kind = AnswerLine::Kind::failed, .fault = {core::ExitCode::protocol, "no"}},
            "{\"id\":null,\"ok\":false,\"error\":{\"code\":76,\"message\":\"no\"}}\n"}}) {
    CAPTURE(row.wire);
    CHECK(to_wire(row.answer) == row.wire);
    const auto incoming = parse_incoming(without_newline(row.wire));
    REQUIRE(incoming);
    REQUIRE(incoming->answer);
    CHECK(incoming->answer->kind == row.answer.kind);
    CHECK(incoming->answer->id == row.answer.id);
    CHECK(incoming->answer->body == row.answer.body);
    CHECK(incoming->answer->fault == row.answer.fault);
    CHECK(incoming->answer->has_descriptor == row.answer.has_descriptor);
  }
}

TEST_CASE("message: an event is read as it was written", "[control]") {
  const core::Time at = *core::parse_rfc3339("2026-11-21T08:00:00.000001Z");
  const std::string wire = to_wire(Event{"media.timeout", at, {{"call", "x"}}});
  CHECK(wire ==
        "{\"event\":\"media.timeout\",\"at\":\"2026-11-21T08:00:00.000001Z\",\"data\":{\"call\":"
        "\"x\"}}\n");
  const auto incoming = parse_incoming(without_newline(wire));
  REQUIRE(incoming);
  REQUIRE(incoming->event);
  CHECK(incoming->event->name == "media.timeout");
  CHECK(incoming->event->at == at);
  CHECK(incoming->event->data == core::Json{{"call", "x"}});
}

TEST_CASE("message: what a daemon cannot have meant is refused", "[control]") {
  for (const std::string line :
       {"", "[]", "{}", R"({"id":1})", R"({"ok":true})", R"({"id":1,"ok":"yes"})", R"({"item":{}})",
        R"({"id":1,"ok":false})", R"({"id":1,"ok":false,"error":"no"})",
        R"({"event":"Media Timeout","at":"2026-11-21T08:00:00Z"})", R"({"event":"a"})",
        R"({"event":"a","at":"yesterday"})", R"({"event":7,"at":"2026-11-21T08:00:00Z"})"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_incoming(line));
  }
}

TEST_CASE("message: a failure with an unknown code still is a failure", "[control]") {
  for (const std::string code : {"0", "-1", "99999999999999999999", "1e300", "\"x\"", "12"}) {
    CAPTURE(code);
    const auto incoming = parse_incoming(R"({"id":1,"ok":false,"error":{"code":)" + code + "}}");
    REQUIRE(incoming);
    CHECK(incoming->answer->fault == core::Fault{core::ExitCode::failed, "no reason given"});
  }
}

TEST_CASE("message: text that is not UTF-8 goes out as replacement characters", "[control]") {
  const std::string wire =
      to_wire(AnswerLine{.kind = AnswerLine::Kind::ok, .id = 1, .body = {{"name", "a\xff"}}});
  CHECK(wire == "{\"id\":1,\"ok\":true,\"result\":{\"name\":\"a\xEF\xBF\xBD\"}}\n");
}

TEST_CASE("message: names are lower-case words joined by dots", "[control]") {
  for (const std::string& name : {std::string("status"), std::string("call.list"),
                                  std::string("a_1.b"), std::string(64, 'a')})
    CHECK(is_name(name));
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a."), std::string(".a"), std::string("a..b"),
        std::string("Call"), std::string("a b"), std::string("*"), std::string(65, 'a')})
    CHECK_FALSE(is_name(name));
}

}  // namespace
}  // namespace trunkline::control
