// SPDX-License-Identifier: MIT
#include "config/toml_file.h"

#include <catch2/catch.hpp>

namespace trunkline::config {
namespace {

TEST_CASE("a document is a list of keys with their lines", "[config]") {
  const auto entries = parse_toml(
      "# first line\n"
      "[sip]\n"
      "max_calls = 12\n"
      "listen = [\n  \"udp:0.0.0.0:5060\",\n]\n"
      "[ledger]\n"
      "enabled = false\n",
      "f.toml");
  REQUIRE(entries);
  REQUIRE(entries->size() == 3);
  CHECK((*entries)[0].key == "ledger.enabled");
  CHECK(std::get<bool>((*entries)[0].value) == false);
  CHECK((*entries)[0].line == 8);
  CHECK((*entries)[1].key == "sip.listen");
  CHECK(std::get<std::vector<std::string>>((*entries)[1].value) ==
        std::vector<std::string>{"udp:0.0.0.0:5060"});
  CHECK((*entries)[1].line == 4);
  CHECK((*entries)[2].key == "sip.max_calls");
  CHECK(std::get<std::int64_t>((*entries)[2].value) == 12);
  CHECK((*entries)[2].line == 3);
}

TEST_CASE("what is not TOML is a fault with file and line", "[config]") {
  const auto entries = parse_toml("[sip]\nmax_calls = \n", "f.toml");
  REQUIRE_FALSE(entries);
  CHECK(entries.error().code == core::ExitCode::config);
  CHECK(entries.error().message.starts_with("f.toml:2: not TOML: "));
  CHECK(entries.error().hint == "text needs quotes, sections are [names]; see trunkline.toml(5)");

  CHECK_FALSE(parse_toml("[sip]\n[sip]\n", "f.toml"));
  CHECK_FALSE(parse_toml(std::string(5000, '['), "f.toml"));
  CHECK_FALSE(parse_toml("a = \"\xff\"\n", "f.toml"));
  // Characters that toml++ 3.3 takes for unreachable where white space may be.
  for (const std::string_view stray :
       {"\u00e4", "\u0499", "\u1700", "\u2100", "\u3001", "\ufefe"}) {
    CHECK_FALSE(parse_toml(std::string(stray) + " = 1\n", "f.toml"));
    CHECK_FALSE(parse_toml("a = 1 " + std::string(stray) + "\n", "f.toml"));
    CHECK(
        parse_toml("# " + std::string(stray) + "\na = \"\"\"\\\n" + std::string(stray) + "\"\"\"\n",
                   "f.toml"));
  }
}

TEST_CASE("a value of the wrong TOML type is told how it is written", "[config]") {
  struct Case {
    std::string_view toml;
    std::string_view message;
    std::string_view hint;
  };
  const std::vector<Case> cases{
      {"sip.ring_timeout = 60", "sip.ring_timeout must be a duration from 1s to 1h, not 60",
       "write it with a unit, in quotes: \"60s\""},
      {"sip.max_calls = \"12\"",
       "sip.max_calls must be a whole number from 1 to 1000000, not \"12\"", "the default is 1000"},
      {"sip.max_calls = 1.5",
       "sip.max_calls must be a whole number from 1 to 1000000, not a fraction",
       "the default is 1000"},
      {"sip.listen = \"udp:0.0.0.0:5060\"",
       "sip.listen must be a list, each item a transport, address and port such as "
       "udp:192.0.2.1:5060, not \"udp:0.0.0.0:5060\"",
       "write a list of texts: [\"first\", \"second\"]"},
      {"sip.listen = [1]",
       "sip.listen must be a list, each item a transport, address and port such as "
       "udp:192.0.2.1:5060, not a list of something else than text",
       "write a list of texts: [\"first\", \"second\"]"},
      {"ledger.enabled = \"true\"", "ledger.enabled must be true or false, not \"true\"",
       "the default is true"},
      {"recording.key_mirror = 2026-11-21",
       "recording.key_mirror must be an absolute path, not a date or time", "the default is \"\""},
  };
  for (const Case& row : cases) {
    INFO(row.toml);
    const auto entries = parse_toml(row.toml, "f.toml");
    REQUIRE(entries);
    REQUIRE(entries->size() == 1);
    const auto value = value_of(*find_setting(entries->front().key), entries->front());
    REQUIRE_FALSE(value);
    CHECK(value.error().message == row.message);
    CHECK(value.error().hint == row.hint);
  }
}

TEST_CASE("what is written as TOML is read back the same", "[config]") {
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {"db.url", "host=a user='x \"y\" \\\\ z'"},
      {"ledger.enabled", "false"},
      {"media.ng_allow", ""},
      {"sip.listen", "udp:192.0.2.1:5060,tcp:[::1]:5061"},
      {"sip.max_calls", "7"},
      {"sip.ring_timeout", "1500ms"},
  };
  std::vector<std::pair<const Setting*, Value>> values;
  for (const auto& [key, text] : texts)
    values.emplace_back(find_setting(key), *parse_value(*find_setting(key), text));
  const auto entries = parse_toml(to_toml(values), "written");
  REQUIRE(entries);
  REQUIRE(entries->size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    INFO(texts[i].first);
    CHECK((*entries)[i].key == texts[i].first);
    CHECK(value_of(*values[i].first, (*entries)[i]) == values[i].second);
  }
}

TEST_CASE("toml: text of any characters reads back from what was written", "[config]") {
  const Setting& url = *find_setting("db.url");
  for (const std::string text : {"two\nlines", "'''", "\"\"\"", "a\n'''\n\"\"\"\\b",
                                 "\ttab\x01\x7f", "h\xc3\xb6st=x", "\\", "x"}) {
    INFO(text);
    const std::string written = to_toml({{&url, Value(text)}});
    INFO(written);
    const auto entries = parse_toml(written, "written");
    REQUIRE(entries);
    REQUIRE(entries->size() == 1);
    CHECK(value_of(url, entries->front()) == Value(text));
  }
}

}  // namespace
}  // namespace trunkline::config
