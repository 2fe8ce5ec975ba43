// SPDX-License-Identifier: MIT
#include "guard/source.h"

#include <catch2/catch.hpp>

namespace trunkline::guard {

TEST_CASE("guard source: an IPv4 address, or the /64 of an IPv6 address", "[guard]") {
  struct Row {
    std::string_view text;
    std::string_view shown;
  };
  const std::vector<Row> rows{{"192.0.2.1", "192.0.2.1"},
                              {"192.0.2.1:5060", "192.0.2.1"},
                              {"::ffff:192.0.2.1", "192.0.2.1"},
                              {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
                              {"[2001:db8:1:2::9]:5060", "2001:db8:1:2::/64"},
                              {"2001:db8:1:2::/64", "2001:db8:1:2::/64"},
                              {"::1", "::/64"},
                              {"255.255.255.255", "255.255.255.255"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto source = Source::parse(row.text);
    REQUIRE(source);
    CHECK(source->text() == row.shown);
    CHECK(Source::parse(source->text()) == *source);
    CHECK(Source(source->address()) == *source);
  }
  CHECK(Source::parse("192.0.2.1") != Source::parse("192.0.2.2"));
  CHECK(Source::parse("2001:db8::1") == Source::parse("2001:db8::2"));
}

TEST_CASE("guard source: what is no address is refused", "[guard]") {
  for (const char* text :
       {"", "example.org", "192.0.2.0/24", "192.0.2.1/64", "2001:db8::/48", "x"}) {
    CAPTURE(text);
    CHECK_FALSE(Source::parse(text));
  }
  CHECK(Source::parse("there").error().message == "cannot read 'there' as an address");
  CHECK(Source::parse("there").error().hint == "an IPv4 address, or an IPv6 address or its /64");
}

}  // namespace trunkline::guard
