// SPDX-License-Identifier: MIT
#include "config/endpoint.h"

#include <catch2/catch.hpp>
#include <vector>

namespace trunkline::config {
namespace {

TEST_CASE("an endpoint is a transport, an address and a port", "[config]") {
  struct Case {
    std::string_view text;
    Endpoint expected;
  };
  const std::vector<Case> cases{
      {"udp:0.0.0.0:5060", {Transport::udp, "0.0.0.0", 5060}},
      {"tcp:127.0.0.1:0", {Transport::tcp, "127.0.0.1", 0}},
      {"udp:[2001:db8::1]:65535", {Transport::udp, "2001:db8::1", 65535}},
  };
  for (const Case& row : cases) {
    INFO(row.text);
    const auto endpoint = parse_endpoint(row.text);
    REQUIRE(endpoint);
    CHECK(*endpoint == row.expected);
    CHECK(to_text(*endpoint) == row.text);
  }
}

TEST_CASE("what is no endpoint is refused", "[config]") {
  for (const std::string_view text :
       {"", ":", "::", "udp", "udp:", "udp::5060", "udp:0.0.0.0", "udp:0.0.0.0:", "0.0.0.0:5060",
        "sctp:0.0.0.0:5060", "UDP:0.0.0.0:5060", "udp:localhost:5060", "udp:0.0.0.0:65536",
        "udp:0.0.0.0:-1", "udp:0.0.0.0:5060 ", "udp:2001:db8::1:5060", "udp:[0.0.0.0]:5060",
        "udp:[]:5060", "udp:[2001:db8::1:5060"}) {
    INFO(text);
    const auto endpoint = parse_endpoint(text);
    REQUIRE_FALSE(endpoint);
    CHECK(endpoint.error().hint ==
          "write udp:192.0.2.1:5060, tcp:0.0.0.0:5060 or udp:[2001:db8::1]:5060");
  }
}

TEST_CASE("an address ends where its text ends", "[config]") {
  CHECK_FALSE(is_address(std::string_view("127.0.0.1\0x", 11)));
  CHECK_FALSE(parse_endpoint(std::string_view("udp:127.0.0.1\0:5060", 19)));
}

TEST_CASE("a network is an address with or without a prefix length that fits it", "[config]") {
  for (const std::string_view text :
       {"127.0.0.0/8", "0.0.0.0/0", "192.0.2.1", "192.0.2.1/32", "::/0", "2001:db8::/128", "::1"})
    CHECK(is_network(text));
  for (const std::string_view text :
       {"", "/", "/8", "127.0.0.0/", "127.0.0.0/33", "::/129", "127/8", "127.0.0.0/8/8", "all"})
    CHECK_FALSE(is_network(text));
}

}  // namespace
}  // namespace trunkline::config
