// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "os/advertised.h"

namespace trunkline::os {
namespace {

std::string told(const AdvertisedAddresses& addresses, std::string_view peer) {
  const auto address = addresses.towards(*Address::parse_host(peer));
  return address ? address->host() : "local";
}

TEST_CASE("advertised: the longest prefix decides, then the address for everywhere", "[os]") {
  const auto addresses = AdvertisedAddresses::of(
      {"10.0.0.0/8 10.0.0.5", "10.1.0.0/16 10.1.0.5", "2001:db8::/32 2001:db8::5"}, "203.0.113.7");
  CHECK(told(addresses, "10.2.0.1") == "10.0.0.5");
  CHECK(told(addresses, "10.1.0.1") == "10.1.0.5");
  CHECK(told(addresses, "192.0.2.1") == "203.0.113.7");
  CHECK(told(addresses, "2001:db8::99") == "2001:db8::5");
  CHECK(told(addresses, "2001:db9::1") == "local");
  CHECK(told(addresses, "127.0.0.1") == "local");
  CHECK(told(AdvertisedAddresses::of({"127.0.0.0/8 192.0.2.9"}, ""), "127.0.0.1") == "192.0.2.9");
  CHECK(AdvertisedAddresses().empty());
  CHECK(told(AdvertisedAddresses(), "192.0.2.1") == "local");
}

TEST_CASE("advertised: what is no row is refused with what is wrong", "[os]") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "no address behind the network"},
      {"10.0.0.0/8", "no address behind the network"},
      {"10.0.0.0/40 10.0.0.1", "it begins with no network"},
      {"ten 10.0.0.1", "it begins with no network"},
      {"10.0.0.0/8 here", "it ends with no address"},
      {"10.0.0.0/8 0.0.0.0", "it ends with no address"},
      {"10.0.0.0/8 ::1", "network and address differ in kind"},
  };
  for (const auto& [text, why] : rows) {
    const auto parsed = Advertised::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message == "cannot read '" + text + "': " + why);
    CHECK(parsed.error().hint == "write a network and an address: 10.0.0.0/8 10.0.0.5");
  }
  CHECK(Advertised::parse(" 10.0.0.0/8   10.0.0.1 "));
}

}  // namespace
}  // namespace trunkline::os
