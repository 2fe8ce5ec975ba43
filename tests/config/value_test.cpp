// SPDX-License-Identifier: MIT
#include "config/value.h"

#include <catch2/catch.hpp>

namespace trunkline::config {
namespace {

const Setting& setting(std::string_view key) {
  const Setting* const found = find_setting(key);
  REQUIRE(found != nullptr);
  return *found;
}

const Setting kSize{.key = "test.size",
                    .kind = Kind::size,
                    .fallback = "1MiB",
                    .help = "a size",
                    .used_by = "tests",
                    .least = 1024,
                    .most = 1024 * 1024 * 1024};

TEST_CASE("a value is read as the type of its setting", "[config]") {
  struct Case {
    std::string_view key;
    std::string_view text;
    Value expected;
  };
  const std::vector<Case> cases{
      {"sip.max_calls", "12", std::int64_t{12}},
      {"sip.ring_timeout", "90s", core::Milliseconds{90'000}},
      {"ledger.enabled", "false", false},
      {"log.level", "debug", std::string("debug")},
      {"sip.advertised_address", "", std::string()},
      {"sip.advertised_address", "2001:db8::1", std::string("2001:db8::1")},
      {"sip.listen", "udp:192.0.2.1:5060, tcp:[::1]:0",
       std::vector<std::string>{"udp:192.0.2.1:5060", "tcp:[::1]:0"}},
      {"media.ng_allow", "", std::vector<std::string>{}},
      {"media.ng_listen", "unix:/run/ng,udp:[::1]:22222",
       std::vector<std::string>{"unix:/run/ng", "udp:[::1]:22222"}},
      {"sip.listen", "tls:[::1]:5061", std::vector<std::string>{"tls:[::1]:5061"}},
      {"sip.advertised_networks", "10.0.0.0/8 10.0.0.5,2001:db8::/32  2001:db8::5",
       std::vector<std::string>{"10.0.0.0/8 10.0.0.5", "2001:db8::/32  2001:db8::5"}},
      {"media.ng_allow", "10.0.0.0/8,192.0.2.7",
       std::vector<std::string>{"10.0.0.0/8", "192.0.2.7"}},
  };
  for (const Case& row : cases) {
    INFO(row.key << " = " << row.text);
    const auto value = parse_value(setting(row.key), row.text);
    REQUIRE(value);
    CHECK(*value == row.expected);
    CHECK(parse_value(setting(row.key), to_text(*value)) == row.expected);
  }
  CHECK(parse_value(kSize, "64KiB") == Value(core::ByteCount(65536)));
}

TEST_CASE("a value that does not fit is refused with what it must be", "[config]") {
  struct Case {
    std::string_view key;
    std::string_view text;
    std::string_view message;
  };
  const std::vector<Case> cases{
      {"sip.max_calls", "many",
       "sip.max_calls must be a whole number from 1 to 1000000, not 'many'"},
      {"sip.max_calls", "0", "sip.max_calls must be a whole number from 1 to 1000000, not '0'"},
      {"sip.max_calls", "-1", "sip.max_calls must be a whole number from 1 to 1000000, not '-1'"},
      {"sip.max_calls", "", "sip.max_calls must be a whole number from 1 to 1000000, not ''"},
      {"sip.max_calls", "10 ", "sip.max_calls must be a whole number from 1 to 1000000, not '10 '"},
      {"sip.ring_timeout", "60", "sip.ring_timeout must be a duration from 1s to 1h, not '60'"},
      {"sip.ring_timeout", "2h", "sip.ring_timeout must be a duration from 1s to 1h, not '2h'"},
      {"ledger.enabled", "yes", "ledger.enabled must be true or false, not 'yes'"},
      {"log.level", "loud", "log.level must be one of error, warning, info, debug, not 'loud'"},
      {"log.level", "", "log.level must be one of error, warning, info, debug, not ''"},
      {"recording.path", "recordings", "recording.path must be an absolute path, not 'recordings'"},
      {"media.address", "everywhere", "media.address must be an IP address, not 'everywhere'"},
      {"sip.ng", "tls:127.0.0.1:22222",
       "sip.ng must be a list, each item a transport, address and port such as "
       "udp:192.0.2.1:22222, "
       "or a socket such as unix:/run/trunkline/recorderd/ng, not 'tls:127.0.0.1:22222'"},
      {"sip.ng", "unix:ng",
       "sip.ng must be a list, each item a transport, address and port such as "
       "udp:192.0.2.1:22222, "
       "or a socket such as unix:/run/trunkline/recorderd/ng, not 'unix:ng'"},
      {"sip.advertised_networks", "10.0.0.0/8 ::1",
       "sip.advertised_networks must be a list, each item a network and an address such as "
       "10.0.0.0/8 10.0.0.5, not '10.0.0.0/8 ::1'"},
      {"sip.advertised_address", "256.0.0.1",
       "sip.advertised_address must be an IP address, not '256.0.0.1'"},
      {"media.ng_allow", "127.0.0.0/33",
       "media.ng_allow must be a list, each item a network such as 192.0.2.0/24, not "
       "'127.0.0.0/33'"},
      {"sip.listen", "",
       "sip.listen must be a list, each item a transport, address and port such as "
       "udp:192.0.2.1:5060, not ''"},
      {"sip.listen", "udp:0.0.0.0:5060,,",
       "sip.listen must be a list, each item a transport, address and port such as "
       "udp:192.0.2.1:5060, not ''"},
  };
  for (const Case& row : cases) {
    INFO(row.key << " = " << row.text);
    const auto value = parse_value(setting(row.key), row.text);
    REQUIRE_FALSE(value);
    CHECK(value.error().message == row.message);
    CHECK_FALSE(value.error().hint.empty());
  }
  CHECK_FALSE(parse_value(kSize, "1B"));
  CHECK_FALSE(parse_value(kSize, "2GiB"));
  CHECK_FALSE(parse_value(kSize, "18446744073709551615B"));
}

TEST_CASE("control characters of a refused value cannot reach the terminal", "[config]") {
  const auto value = parse_value(setting("log.level"), "in\033[2Jfo");
  REQUIRE_FALSE(value);
  CHECK(value.error().message.find('\033') == std::string::npos);
}

TEST_CASE("the path of a socket has the length the kernel allows", "[config]") {
  const std::string longest = "/" + std::string(106, 'x');
  CHECK(parse_value(setting("sip.control"), longest));
  CHECK_FALSE(parse_value(setting("sip.control"), longest + "x"));
}

TEST_CASE("a connection string is shown without its password", "[config]") {
  struct Case {
    std::string_view text;
    std::string_view shown;
  };
  const std::vector<Case> cases{
      {"host=/run dbname=x", "host=/run dbname=x"},
      {"host=a password=geheim dbname=x", "host=a password=*** dbname=x"},
      {"password = 'two words' host=a", "password = *** host=a"},
      {"password='it\\'s' host=a", "password=*** host=a"},
      {"password='open", "password=***"},
      {"password='open\\", "password=***"},
      {"host=a password=", "host=a password="},
      {"passfile=/etc/pass", "passfile=/etc/pass"},
      {"postgresql://sip:geheim@db/x", "postgresql://sip:***@db/x"},
      {"postgresql://sip@db:5432/x", "postgresql://sip@db:5432/x"},
      {"postgresql://db/x?password=geheim&sslmode=require",
       "postgresql://db/x?password=***&sslmode=require"},
  };
  for (const Case& row : cases) CHECK(without_password(row.text) == row.shown);
}

}  // namespace
}  // namespace trunkline::config
