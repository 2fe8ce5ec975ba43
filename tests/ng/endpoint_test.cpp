// SPDX-License-Identifier: MIT
#include "ng/endpoint.h"

#include <catch2/catch.hpp>

namespace trunkline::ng {
namespace {

TEST_CASE("ng endpoint: every transport is written as it is read", "[ng]") {
  struct Row {
    const char* text;
    Transport transport;
    bool is_datagram;
  };
  const auto row =
      GENERATE(Row{"udp:127.0.0.1:22222", Transport::udp, true},
               Row{"tcp:[::1]:22222", Transport::tcp, false},
               Row{"unix:/run/trunkline/recorderd/ng", Transport::unix_datagram, true});
  const auto endpoint = Endpoint::parse(row.text);
  REQUIRE(endpoint);
  CHECK(endpoint->text() == row.text);
  CHECK(endpoint->transport == row.transport);
  CHECK(endpoint->is_datagram() == row.is_datagram);
}

TEST_CASE("ng endpoint: what is none says so", "[ng]") {
  for (const auto* text : {"", "unix:", "tls:127.0.0.1:22222", "udp:localhost:1", "udp:/run/ng"}) {
    CAPTURE(text);
    CHECK_FALSE(Endpoint::parse(text));
  }
  CHECK(Endpoint::parse("unix:ng").error() ==
        core::Fault{core::ExitCode::data, "'unix:ng' does not name a Unix socket",
                    "write an absolute path: unix:/run/trunkline/recorderd/ng"});
}

}  // namespace
}  // namespace trunkline::ng
