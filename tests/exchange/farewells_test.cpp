// SPDX-License-Identifier: MIT
#include "exchange/farewells.h"

#include <catch2/catch.hpp>

#include "exchange/site.h"

namespace trunkline::exchange {

TEST_CASE("farewells: after a restart a phone behind a NAT on TCP is told when it is back",
          "[exchange]") {
  Site site;
  site.start();
  // Its contact leads nowhere; it is reached over the connection it makes.
  site.alice = std::make_unique<Phone>(site.root, "alice", "alice-secret", "127.0.0.1",
                                       sip::Protocol::tcp, "192.0.2.77");
  site.register_phones();
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  REQUIRE(site.stored_calls() == 1);
  site.stop();
  site.start();
  // On UDP at once.
  REQUIRE(run_until(site.root, [&] { return received.is_hung_up; }));
  CHECK(site.ended()["disposition"] == "interrupted");
  CHECK_FALSE(call.is_hung_up);
  CHECK(site.exchange->status()["sip"]["dialogs"] >= 1);
  SECTION("by us") {
    REQUIRE(site.alice->register_at(site.server()) == 200);
    REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
    CHECK(sip::q850_cause(call.bye->request().headers) == 41);
  }
  SECTION("another phone of the device is not") {
    Phone other(site.root, "alice", "alice-secret", "127.0.0.1", sip::Protocol::tcp, "192.0.2.78");
    REQUIRE(other.register_at(site.server()) == 200);
    run_for(site.root, core::Milliseconds(100));
    CHECK_FALSE(call.is_hung_up);
    REQUIRE(site.alice->register_at(site.server()) == 200);
    REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  }
  SECTION("it hangs up itself") {
    site.alice->hang_up(call);
    REQUIRE(run_until(site.root, [&] { return !call.request_statuses.empty(); }));
    CHECK(call.request_statuses == std::vector<int>{200});
  }
  REQUIRE(run_until(site.root, [&] { return site.exchange->status()["sip"]["dialogs"] == 0; }));
}

TEST_CASE("farewells: a phone on TCP that is reached at its contact is told at once",
          "[exchange]") {
  Site site;
  site.start();
  site.alice =
      std::make_unique<Phone>(site.root, "alice", "alice-secret", "127.0.0.1", sip::Protocol::tcp);
  site.register_phones();
  PhoneCall& call = site.connect();
  site.stop();
  site.start();
  REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  REQUIRE(run_until(site.root, [&] { return site.exchange->status()["sip"]["dialogs"] == 0; }));
}

}  // namespace trunkline::exchange
