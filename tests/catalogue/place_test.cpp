// SPDX-License-Identifier: MIT
#include "catalogue/place.h"

#include <catch2/catch.hpp>

namespace trunkline::catalogue {
namespace {

TEST_CASE("place: read as people write it, and as a duration", "[catalogue]") {
  const std::vector<std::pair<std::string_view, std::int64_t>> rows = {
      {"90s", 90'000},      {"1m", 60'000},
      {"250ms", 250},       {"0:00", 0},
      {"1:30", 90'000},     {"0:09", 9'000},
      {"90:00", 5'400'000}, {"1:02:03", 3'723'000},
      {"0:00:05", 5'000},   {"999:59:59", 3'599'999'000}};
  for (const auto& [text, milliseconds] : rows) {
    INFO(text);
    CHECK(parse_place(text).value().count() == milliseconds);
  }
}

TEST_CASE("place: what is none is refused with the forms there are", "[catalogue]") {
  for (const std::string_view text :
       {"", "x", "90", "1:60", "1:2:60", "1:60:00", ":30", "1:", "1:2:3:4", "-1:00", "1:-5",
        "1000:00:00", "1:0x3", "99999999999999999999:00", "1 :30"}) {
    INFO(text);
    const auto place = parse_place(text);
    REQUIRE_FALSE(place.has_value());
    CHECK(place.error().code == core::ExitCode::usage);
    CHECK(place.error().message == "cannot read place '" + std::string(text) + "'");
    CHECK(place.error().hint == "write it as 90s, 1:30 or 1:02:03");
  }
}

}  // namespace
}  // namespace trunkline::catalogue
