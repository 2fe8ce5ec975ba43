// SPDX-License-Identifier: MIT
#include "os/address.h"

#include <catch2/catch.hpp>
#include <unordered_set>

namespace trunkline::os {
namespace {

TEST_CASE("address: text and value are each other's inverse", "[os]") {
  for (const std::string text : {"127.0.0.1:5060", "0.0.0.0:0", "255.255.255.255:65535",
                                 "[::1]:5060", "[::]:0", "[2001:db8::1]:443", "[fe80::1%2]:5060"}) {
    CAPTURE(text);
    const auto address = Address::parse(text);
    REQUIRE(address);
    CHECK(address->text() == text);
    const RawAddress raw = address->raw();
    CHECK(Address::from_raw(raw.any, raw.length) == *address);
  }
}

TEST_CASE("address: what is no numeric address with a port is refused", "[os]") {
  for (const std::string text :
       {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 5060",
        "localhost:5060", "::1:5060", "[::1]", "[::1:5060", "[127.0.0.1]:5060", "127.0.0.1.5:80",
        "[fe80::1%eth0]:5060", "[fe80::1%99999999999]:5060"}) {
    CAPTURE(text);
    CHECK_FALSE(Address::parse(text));
  }
  CHECK_FALSE(Address::parse(std::string("127.0.0.1\0x:5060", 16)));
  CHECK(Address::parse("::1:5060").error() ==
        core::Fault{core::ExitCode::data,
                    "cannot read address '::1:5060': an IPv6 address needs brackets",
                    "write it as 192.0.2.1:5060 or [2001:db8::1]:5060"});
}

TEST_CASE("address: says what kind it is", "[os]") {
  struct Row {
    std::string host;
    bool is_loopback, is_any, is_multicast;
  };
  for (const Row& row :
       {Row{"127.0.0.1", true, false, false}, Row{"127.9.9.9", true, false, false},
        Row{"0.0.0.0", false, true, false}, Row{"192.0.2.1", false, false, false},
        Row{"224.0.1.75", false, false, true}, Row{"240.0.0.1", false, false, false},
        Row{"::1", true, false, false}, Row{"::", false, true, false},
        Row{"ff02::1", false, false, true}, Row{"::2", false, false, false}}) {
    CAPTURE(row.host);
    const auto address = Address::parse_host(row.host);
    REQUIRE(address);
    CHECK(address->is_loopback() == row.is_loopback);
    CHECK(address->is_any() == row.is_any);
    CHECK(address->is_multicast() == row.is_multicast);
  }
}

TEST_CASE("address: equal ones hash alike, and the port counts", "[os]") {
  const Address one = Address::loopback(core::Port(5060));
  CHECK(one == *Address::parse("127.0.0.1:5060"));
  CHECK(one != one.with_port(core::Port(5061)));
  CHECK(one.has_host_of(one.with_port(core::Port(5061))));
  CHECK_FALSE(one.has_host_of(Address::loopback({}, Family::ipv6)));
  std::unordered_set<Address> set{one, *Address::parse("127.0.0.1:5060"),
                                  one.with_port(core::Port(5061))};
  CHECK(set.size() == 2);
}

TEST_CASE("network: contains the addresses under its prefix", "[os]") {
  struct Row {
    std::string network, host;
    bool is_inside;
  };
  for (const Row& row :
       {Row{"127.0.0.0/8", "127.255.0.1", true}, Row{"127.0.0.0/8", "128.0.0.1", false},
        Row{"0.0.0.0/0", "203.0.113.7", true}, Row{"0.0.0.0/0", "::1", false},
        Row{"192.0.2.128/25", "192.0.2.200", true}, Row{"192.0.2.128/25", "192.0.2.127", false},
        Row{"10.20.16.0/20", "10.20.31.255", true}, Row{"10.20.16.0/20", "10.20.32.0", false},
        Row{"192.0.2.1", "192.0.2.1", true}, Row{"192.0.2.1", "192.0.2.2", false},
        Row{"2001:db8::/33", "2001:db8:7fff::1", true},
        Row{"2001:db8::/33", "2001:db8:8000::1", false}, Row{"::/0", "127.0.0.1", false}}) {
    CAPTURE(row.network, row.host);
    const auto network = Network::parse(row.network);
    REQUIRE(network);
    CHECK(network->contains(*Address::parse_host(row.host)) == row.is_inside);
  }
}

TEST_CASE("network: a prefix that cannot be is refused", "[os]") {
  for (const std::string text : {"", "/8", "127.0.0.0/", "127.0.0.0/33", "127.0.0.0/x",
                                 "127.0.0.1/8", "::/129", "127.0.0.0/8/8"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text));
  }
  CHECK(Network::parse("127.0.0.0/8")->text() == "127.0.0.0/8");
}

TEST_CASE("endpoint: names transport and address", "[os]") {
  const auto udp = Endpoint::parse("udp:0.0.0.0:5060");
  REQUIRE(udp);
  CHECK(udp->transport == Transport::udp);
  CHECK(udp->text() == "udp:0.0.0.0:5060");
  CHECK(Endpoint::parse("tcp:[::1]:22222")->text() == "tcp:[::1]:22222");
  for (const std::string text :
       {"", "udp", "udp:", "0.0.0.0:5060", "tls:0.0.0.0:5061", "udpx:1.2.3.4:5"})
    CHECK_FALSE(Endpoint::parse(text));
}

}  // namespace
}  // namespace trunkline::os
