// SPDX-License-Identifier: MIT
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "config/setting.h"
#include "config/value.h"

namespace trunkline::config {
namespace {

TEST_CASE("every row of the table is complete and its default obeys it", "[config]") {
  std::set<std::string> keys;
  std::set<std::string> variables;
  std::string_view section;
  std::set<std::string_view> finished;
  for (const Setting& setting : settings()) {
    INFO(setting.key);
    CHECK(keys.emplace(setting.key).second);
    CHECK(variables.insert(environment_name(setting.key)).second);
    CHECK(std::count(setting.key.begin(), setting.key.end(), '.') == 1);
    CHECK(std::all_of(setting.key.begin(), setting.key.end(), [](char letter) {
      return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
             letter == '_' || letter == '.';
    }));
    CHECK_FALSE(setting.help.empty());
    CHECK_FALSE(setting.help.ends_with('.'));
    CHECK_FALSE(setting.used_by.empty());
    CHECK(setting.least <= setting.most);
    CHECK((setting.form == Form::choice) == !setting.choices.empty());
    const auto value = parse_value(setting, setting.fallback);
    REQUIRE(value);
    CHECK(parse_value(setting, to_text(*value)) == *value);

    const std::string_view own = setting.key.substr(0, setting.key.find('.'));
    if (own != section) {
      CHECK(finished.insert(own).second);  // rows of one section stay together
      section = own;
    }
  }
}

TEST_CASE("a setting is found by its key alone", "[config]") {
  REQUIRE(find_setting("sip.max_calls") != nullptr);
  CHECK(find_setting("sip.max_calls")->key == "sip.max_calls");
  CHECK(find_setting("sip.max_call") == nullptr);
  CHECK(find_setting("sip") == nullptr);
  CHECK(find_setting("") == nullptr);
}

TEST_CASE("the variable of a setting is its key in capitals", "[config]") {
  CHECK(environment_name("sip.max_calls") == "TRUNKLINE_SIP_MAX_CALLS");
  CHECK(environment_name("db.url") == "TRUNKLINE_DB_URL");
}

TEST_CASE("an unknown setting is answered with the nearest", "[config]") {
  CHECK(unknown_setting("sip.lisen", core::ExitCode::usage) ==
        core::Fault{core::ExitCode::usage, "no setting is named 'sip.lisen'",
                    "did you mean 'sip.listen'?"});
  CHECK(unknown_setting("weather.tomorrow", core::ExitCode::config) ==
        core::Fault{core::ExitCode::config, "no setting is named 'weather.tomorrow'",
                    "all settings: trunkline config show, or trunkline.toml(5)"});
}

}  // namespace
}  // namespace trunkline::config
