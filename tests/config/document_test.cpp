// SPDX-License-Identifier: MIT
#include "config/document.h"

#include <catch2/catch.hpp>

#include "config/mdoc.h"
#include "config/setting.h"

namespace trunkline::config {
namespace {

TEST_CASE("the JSON Schema has every setting under its section", "[config]") {
  const core::Json schema = json_schema();
  for (const Setting& setting : settings()) {
    INFO(setting.key);
    const auto dot = setting.key.find('.');
    const core::Json& section = schema.at("properties").at(std::string(setting.key.substr(0, dot)));
    CHECK(section.at("additionalProperties") == false);
    const core::Json& entry = section.at("properties").at(std::string(setting.key.substr(dot + 1)));
    CHECK(entry.at("description") == setting.help);
    CHECK(entry.contains("default"));
  }
  CHECK(schema.at("properties").at("sip").at("properties").at("max_calls") ==
        core::Json{{"type", "integer"},
                   {"minimum", 1},
                   {"maximum", 1000000},
                   {"description", "live calls above which new ones are answered 503"},
                   {"default", 1000}});
}

TEST_CASE("the manual has every setting with its default", "[config]") {
  const std::string manual = manual_of_settings();
  CHECK(manual.find(".Ss Section [sip]\n") != std::string::npos);
  CHECK(manual.find(".It Ic max_calls Li = 1000\n"
                    "Live calls above which new ones are answered 503.\n"
                    "A whole number from 1 to 1000000; read by sipd; taken over by a reload.\n") !=
        std::string::npos);
}

TEST_CASE("plain text becomes mdoc that no macro can hide in", "[config]") {
  CHECK(mdoc_sentence("one line") == "One line.");
  CHECK(mdoc_sentence("sipd does not run") == "sipd does not run.");
  CHECK(mdoc_sentence(".Dd") == "\\&.Dd.");
  CHECK(mdoc_escaped("a\\b") == "a\\eb");
  CHECK(mdoc_paragraphs("One. Two is e.g. this. sipd too\n\n'three'") ==
        "One.\nTwo is e.g. this.\nsipd too\n.Pp\n\\&'three'\n");
}

}  // namespace
}  // namespace trunkline::config
