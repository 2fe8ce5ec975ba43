// SPDX-License-Identifier: MIT
#include "ng/message.h"

#include <catch2/catch.hpp>

namespace trunkline::ng {
namespace {

using core::ExitCode;

TEST_CASE("ng: a datagram is a cookie and a dictionary", "[ng]") {
  const auto message = parse_message("5323_1 d7:command4:pinge");
  REQUIRE(message);
  CHECK(message->cookie == "5323_1");
  CHECK(message->body.text("command") == "ping");
  CHECK(to_wire(message->cookie, message->body) == "5323_1 d7:command4:pinge");
}

TEST_CASE("ng: without a cookie the fault tells to be silent", "[ng]") {
  for (const auto* datagram : {"", " ", "d7:command4:pinge", " d7:command4:pinge",
                               "a\x01"
                               "b d"}) {
    CHECK(parse_message(datagram).error().code == ExitCode::no_input);
  }
  CHECK(parse_message(std::string(kMaxCookie + 1, 'x') + " de").error().code == ExitCode::no_input);
}

TEST_CASE("ng: with a cookie a bad body is a fault of data", "[ng]") {
  for (const auto* datagram : {"1 ", "1 d", "1 le", "1 {\"command\":ping}", "1 dee"}) {
    INFO(datagram);
    CHECK(parse_message(datagram).error().code == ExitCode::data);
  }
}

TEST_CASE("ng: messages are cut out of a stream", "[ng]") {
  const std::string stream = "1 d1:a1:be\n22 d1:c1:de";
  const auto first = next_message(stream).value();
  REQUIRE(first);
  CHECK(first->message.cookie == "1");
  CHECK(first->message.body.text("a") == "b");
  const auto rest = stream.substr(first->bytes);
  const auto second = next_message(rest).value();
  REQUIRE(second);
  CHECK(second->message.cookie == "22");
  CHECK(second->bytes == rest.size());

  for (std::size_t i = 0; i < first->bytes; ++i) {
    const auto part = next_message(std::string_view(stream).substr(0, i));
    REQUIRE(part);
    CHECK_FALSE(*part);
  }
  CHECK_FALSE(next_message("1 x"));
  CHECK_FALSE(next_message(std::string(kMaxCookie + 1, 'x')));
  CHECK_FALSE(next_message("1 i5e"));
}

TEST_CASE("ng: a reply is accepted by its result", "[ng]") {
  CHECK(accepted(ok_reply()));
  CHECK(accepted(pong_reply()));
  CHECK(accepted(error_reply("Unknown call-id")).error() ==
        core::Fault{ExitCode::failed, "media node refused: Unknown call-id"});
  CHECK(accepted(Dictionary{{"result", "load limit"}, {"message", "Parallel session limit"}})
            .error() ==
        core::Fault{ExitCode::unavailable, "media node is at its limit: Parallel session limit"});
  CHECK(accepted(Dictionary{{"result", "maybe"}}).error() ==
        core::Fault{ExitCode::protocol, "media node answered 'maybe'"});
  CHECK(accepted(Dictionary{}).error().code == ExitCode::protocol);
}

}  // namespace
}  // namespace trunkline::ng
