// SPDX-License-Identifier: MIT
#include "directory/types.h"

#include <catch2/catch.hpp>

namespace trunkline::directory {

TEST_CASE("names are what never needs escaping in a SIP address", "[directory]") {
  const std::vector<std::pair<std::string, std::string>> good{
      {"alice", "alice"},
      {"Front-Desk_2", "front-desk_2"},
      {"a.b", "a.b"},
      {"101", "101"},
      {std::string(64, 'x'), std::string(64, 'x')}};
  for (const auto& [text, name] : good) {
    CAPTURE(text);
    CHECK(parse_name(text) == name);
  }
  for (const std::string text :
       {"", "-alice", ".x", "al ice", "alice@example.com", "al;ice", "älice", "a\nb", "a%20"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_name(text));
  }
  CHECK_FALSE(parse_name(std::string(65, 'x')));
  CHECK(parse_name("a b").error() ==
        core::Fault{core::ExitCode::usage, "cannot use 'a b' as a name",
                    "1 to 64 of the characters a-z 0-9 . _ - and first a letter or digit"});
}

TEST_CASE("extensions are 2 to 15 digits", "[directory]") {
  for (const std::string text : {"10", "101", "004915112345678"})
    CHECK(parse_extension(text) == text);
  for (const std::string text : {"", "1", "1234567890123456", "+49", "10a", "1 0", "１０"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_extension(text));
  }
}

TEST_CASE("no extension stands in the way of an emergency number", "[directory]") {
  for (const std::string text : {"112", "911", "999", "110"}) {
    CAPTURE(text);
    CHECK(is_emergency_number(text));
    CHECK_FALSE(parse_extension(text));
  }
  CHECK(parse_extension("112").error() ==
        core::Fault{core::ExitCode::usage,
                    "cannot use '112' as an extension: it is an emergency number",
                    "take another number of 2 to 15 digits"});
  CHECK_FALSE(is_emergency_number("1120"));
  CHECK(parse_extension("1120") == "1120");
}

TEST_CASE("domains are DNS names or IPv4 addresses in lower case", "[directory]") {
  CHECK(parse_domain("PBX.Example.COM") == "pbx.example.com");
  CHECK(parse_domain("192.0.2.1") == "192.0.2.1");
  CHECK(parse_domain("localhost") == "localhost");
  for (const std::string text :
       {"", ".", "a..b", "-a.b", "a-.b", "a b", "a_b", "a:5060", "[::1]"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_domain(text));
  }
  CHECK_FALSE(parse_domain(std::string(64, 'a') + ".de"));
  CHECK_FALSE(parse_domain(std::string(254, 'a')));
}

TEST_CASE("display names are safe between the quotes of a SIP header", "[directory]") {
  CHECK(parse_display_name("Zoë O'Brien (Sales)") == "Zoë O'Brien (Sales)");
  CHECK(parse_display_name("") == "");
  for (const std::string text : {"a\"b", "a\\b", "a\r\nb", "\xff"}) {
    CHECK_FALSE(parse_display_name(text));
  }
  CHECK_FALSE(parse_display_name(std::string(101, 'a')));
}

TEST_CASE("words of enumerations read back as written", "[directory]") {
  for (const auto mode : {RecordingMode::inherit, RecordingMode::always, RecordingMode::off}) {
    CHECK(parse_recording_mode(name_of(mode)) == mode);
  }
  for (const auto algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha256}) {
    CHECK(parse_digest_algorithm(name_of(algorithm)) == algorithm);
  }
  for (const auto role : {PersonRole::admin, PersonRole::supervisor, PersonRole::agent,
                          PersonRole::user, PersonRole::auditor}) {
    CHECK(parse_person_role(name_of(role)) == role);
  }
  CHECK(parse_recording_mode("sometimes").error().hint == "one of: inherit, always, off");
}

TEST_CASE("a sealed secret is bound to tenant, device and algorithm", "[directory]") {
  const auto id = [](const char* text) { return core::Uuid::parse(text).value(); };
  const core::TenantId tenant(id("00000000-0000-7000-8000-000000000001"));
  const core::DeviceId device(id("00000000-0000-7000-8000-000000000002"));
  CHECK(sealing_context(tenant, device, DigestAlgorithm::md5) ==
        "00000000-0000-7000-8000-000000000001|00000000-0000-7000-8000-000000000002|md5");
}

}  // namespace trunkline::directory
