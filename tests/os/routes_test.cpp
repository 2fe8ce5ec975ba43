// SPDX-License-Identifier: MIT
#include "os/routes.h"

#include <catch2/catch.hpp>

using namespace trunkline;

TEST_CASE("a route names our own address towards a peer and what fits into a packet") {
  const os::Route route = os::route_to("127.0.0.9");
  CHECK(route.source == "127.0.0.1");
  CHECK(route.mtu >= 1280);
  CHECK(os::route_to("::1").source == "::1");
}

TEST_CASE("there is no route to what is no address") {
  CHECK(os::route_to("phone.example").source.empty());
  CHECK(os::route_to("").source.empty());
  CHECK(os::route_to("").mtu == 0);
}

TEST_CASE("routes are the same from memory") {
  os::Routes routes;
  const core::SteadyTime now{};
  for (int i = 0; i < 3; ++i) {
    CHECK(routes.towards("127.0.0.9", now + core::Seconds(20 * i)).source == "127.0.0.1");
    CHECK(routes.towards("nowhere", now).source.empty());
  }
}
