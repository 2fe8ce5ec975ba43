// SPDX-License-Identifier: MIT
// What registrations offer calls: paths, flows, GRUUs.
#include <catch2/catch.hpp>

#include "exchange/header.h"
#include "exchange/site.h"

namespace trunkline::exchange {
TEST_CASE("registration: extensions may be required of the registrar, and of it alone",
          "[exchange]") {
  Site site;
  site.start();
  site.alice->register_headers = {{"Require", "path, outbound, gruu"},
                                  {"Path", "<sip:edge@127.0.0.1;lr>"}};
  CHECK(site.alice->register_at(site.server()) == 200);
  CHECK(header(site.alice->registered_as, "Path") == "<sip:edge@127.0.0.1;lr>");
  site.alice->register_headers = {{"Require", "path, telepathy"}};
  CHECK(site.alice->register_at(site.server()) == 420);
  CHECK(header(site.alice->registered_as, "Unsupported") == "telepathy");
  site.alice->invite_headers = {{"Require", "gruu"}};
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 420);
}

TEST_CASE("registration: a public GRUU rings one phone of several", "[exchange]") {
  Site site;
  site.start();
  // Beside the contact that its stack says.
  site.bob->register_headers = {
      {"Contact", "<sip:desk@" + site.bob->address() + R"(>;+sip.instance="<urn:uuid:0-1>")"}};
  site.register_phones();
  site.bob->manner = Manner::rings;
  struct Row {
    std::string params;
    std::size_t rings;
  };
  for (const Row& row :
       {Row{"", 2}, Row{"gr=urn:uuid:0-1", 1}, Row{"gr=urn:uuid:0-2", 0}, Row{"gr", 0}}) {
    INFO(row.params);
    site.bob->calls.clear();
    site.alice->target_params = row.params;
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] {
      return call.final() != 0 ||
             (row.rings > 0 && site.bob->calls.size() == row.rings && call.has(180));
    }));
    CHECK(site.bob->calls.size() == row.rings);
    if (row.rings == 0) CHECK(call.final() == 480);
    if (row.rings > 0) call.sent->cancel();
    REQUIRE(site.becomes_idle());
  }
}

TEST_CASE("registration: a flow that failed is unbound, other contacts stay", "[exchange]") {
  Site site;
  site.start();
  site.bob->register_headers = {{"Contact", "<sip:desk@" + site.bob->address() +
                                                R"(>;+sip.instance="<urn:uuid:0-1>";reg-id=1)"}};
  site.register_phones();
  CHECK(site.exchange->status()["registrations"] == 3);
  site.bob->manner = Manner::has_lost_flow;
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 480);
  CHECK(site.exchange->status()["registrations"] == 2);
  const auto unbound = site.entries("registration.unbound");
  REQUIRE(unbound.size() == 1);
  CHECK(unbound[0]["reason"] == "flow failed");
  CHECK(core::text_at(unbound[0], "contact").find("desk") != std::string::npos);
}

}  // namespace trunkline::exchange
