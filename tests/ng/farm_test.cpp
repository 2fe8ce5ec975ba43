// SPDX-License-Identifier: MIT
#include "ng/farm.h"

#include <catch2/catch.hpp>

#include <array>

namespace trunkline::ng {
namespace {

Endpoint endpoint(std::uint16_t port) {
  return {.transport = Transport::udp, .address = os::Address::loopback(core::Port(port))};
}

/// Two of ours and a foreign rtpengine, all up.
Farm three_nodes() {
  Farm farm({endpoint(1), endpoint(2), endpoint(3)}, 2);
  CHECK(farm.on_pong(0, pong_reply()));
  CHECK(farm.on_pong(1, Dictionary{{"result", "pong"}}));
  CHECK(farm.on_pong(2, pong_reply()));
  return farm;
}

TEST_CASE("ng: a new call goes to the healthy node with the fewest calls", "[ng]") {
  Farm farm({endpoint(1), endpoint(2), endpoint(3)}, 2);
  CHECK(farm.place(Placement::any) == std::nullopt);
  farm = three_nodes();
  CHECK(farm.place(Placement::any) == 0U);
  farm.bind("a", 0);
  CHECK(farm.place(Placement::any) == 1U);
  farm.bind("b", 1);
  farm.bind("c", 2);
  farm.bind("d", 2);
  CHECK(farm.place(Placement::any) == 0U);
  CHECK(farm.place(Placement::any, {0}) == 1U);
  CHECK(farm.place(Placement::any, {0, 1, 2}) == std::nullopt);
}

TEST_CASE("ng: a call that must be recorded is never placed on a foreign node", "[ng]") {
  auto farm = three_nodes();
  farm.bind("a", 0);
  CHECK(farm.place(Placement::trunkline) == 2U);
  farm.bind("b", 2);
  CHECK(farm.place(Placement::trunkline) == 0U);
  CHECK(farm.place(Placement::trunkline, {0, 2}) == std::nullopt);
}

TEST_CASE("ng: a call stays on its node until it is forgotten", "[ng]") {
  auto farm = three_nodes();
  farm.bind("a", 1);
  CHECK(farm.node_of("a") == 1U);
  farm.bind("a", 2);
  CHECK(farm.node_of("a") == 2U);
  CHECK(farm.status(1).calls == 0);
  CHECK(farm.status(2).calls == 1);
  farm.forget("a");
  farm.forget("a");
  CHECK(farm.node_of("a") == std::nullopt);
  CHECK(farm.status(2).calls == 0);
}

TEST_CASE("ng: a node is down after two losses in a row and up after a pong", "[ng]") {
  auto farm = three_nodes();
  CHECK_FALSE(farm.on_loss(0, "no answer", true));
  farm.on_answer(0);
  CHECK_FALSE(farm.on_loss(0, "no answer", true));
  CHECK(farm.on_loss(0, "no answer", true));
  CHECK_FALSE(farm.on_loss(0, "connection lost", false));
  CHECK_FALSE(farm.status(0).is_up);
  CHECK(farm.status(0).timeouts == 3);
  CHECK(farm.status(0).last_error == "connection lost");
  CHECK(farm.place(Placement::any) == 1U);
  CHECK(farm.on_pong(0, pong_reply()));
  CHECK_FALSE(farm.on_pong(0, pong_reply()));
  CHECK(farm.status(0).is_up);
  CHECK(farm.on_pong(0, error_reply("shutting down")));
  CHECK_FALSE(farm.status(0).is_up);
}

}  // namespace
}  // namespace trunkline::ng
