// SPDX-License-Identifier: MIT
#include "core/text.h"

#include <catch2/catch.hpp>

namespace trunkline::core {
namespace {

TEST_CASE("text is trimmed, split and joined", "[core]") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \t\r\n").empty());
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split(",", ',') == std::vector<std::string_view>{"", ""});
  CHECK(join({"a", "b", ""}, ", ") == "a, b, ");
  CHECK(join({}, ", ").empty());
}

TEST_CASE("letters are compared without case in ASCII alone", "[core]") {
  CHECK(to_lower("INVITE-Ä") == "invite-Ä");
  CHECK(equals_ignoring_case("Call-ID", "call-id"));
  CHECK_FALSE(equals_ignoring_case("Call-ID", "Call-IDs"));
  CHECK_FALSE(equals_ignoring_case("ä", "Ä"));
}

TEST_CASE("a number has nothing before, after or between its digits", "[core]") {
  CHECK(parse_unsigned("0") == 0U);
  CHECK(parse_unsigned("18446744073709551615") == 18446744073709551615ULL);
  for (const std::string_view text :
       {"", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0", "18446744073709551616"})
    CHECK_FALSE(parse_unsigned(text));
}

TEST_CASE("a port is 1 to 65535", "[core]") {
  CHECK(parse_port("1")->value() == 1);
  CHECK(parse_port("65535")->value() == 65535);
  for (const std::string_view text : {"0", "65536", "", "sip"}) {
    const auto port = parse_port(text);
    REQUIRE_FALSE(port);
    CHECK(port.error() == Fault{ExitCode::data, "'" + std::string(text) + "' is not a port",
                                "a port is a number from 1 to 65535"});
  }
}

TEST_CASE("a size has a unit and is written with the largest that divides it", "[core]") {
  struct Case {
    std::string_view text;
    std::uint64_t bytes;
    std::string_view shown;
  };
  for (const Case& row : std::vector<Case>{{"0B", 0, "0B"},
                                           {"500B", 500, "500B"},
                                           {"64KiB", 65536, "64KiB"},
                                           {"1536KiB", 1572864, "1536KiB"},
                                           {"1024MiB", 1ULL << 30, "1GiB"},
                                           {"2kB", 2000, "2kB"},
                                           {"100GB", 100'000'000'000, "100GB"}}) {
    const auto size = parse_size(row.text);
    REQUIRE(size);
    CHECK(size->value() == row.bytes);
    CHECK(to_text(*size) == row.shown);
  }
  for (const std::string_view text :
       {"", "10", "MiB", "10 MiB", "10mib", "-1B", "1.5MiB", "16777216TiB", "10MiBs"})
    CHECK_FALSE(parse_size(text));
}

TEST_CASE("the nearest candidate is what was meant, or nothing", "[core]") {
  const std::vector<std::string> verbs{"list", "show", "hangup"};
  CHECK(nearest("lst", verbs) == "list");
  CHECK(nearest("shwo", verbs) == "show");
  CHECK(nearest("SHOW", verbs) == "show");
  CHECK(nearest("hangpu", verbs) == "hangup");
  CHECK_FALSE(nearest("delete", verbs));
  CHECK_FALSE(nearest("", {}));
}

TEST_CASE("UTF-8 is that of RFC 3629", "[core]") {
  for (const std::string_view text : {"", "abc", "Zoë", "東京", "\U0001f4de", "\xf4\x8f\xbf\xbf"})
    CHECK(is_utf8(text));
  for (const std::string_view text :
       {"\x80", "\xff", "\xc3", "\xc3(", "\xc0\xaf" /* overlong / */, "\xe0\x80\xaf",
        "\xed\xa0\x80" /* surrogate */, "\xf4\x90\x80\x80" /* above U+10FFFF */, "\xf0\x9f\x93"})
    CHECK_FALSE(is_utf8(text));
}

TEST_CASE("what is printed cannot steer a terminal", "[core]") {
  CHECK(printable("Zoë 東京 \U0001f4de") == "Zoë 東京 \U0001f4de");
  CHECK(printable("a\tb\n\033[2J\x7f") == "a\\x09b\\x0a\\x1b[2J\\x7f");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // U+009B is CSI
  CHECK(printable("\xc2\xa0") == "\xc2\xa0");
  CHECK(printable("a\xff\xc3") == "a\\xff\\xc3");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
}

}  // namespace
}  // namespace trunkline::core
