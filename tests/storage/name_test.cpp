// SPDX-License-Identifier: MIT
#include "storage/name.h"

#include <catch2/catch.hpp>

namespace trunkline::storage {
namespace {

TEST_CASE("object names: relative paths, and nothing that leads out", "[storage]") {
  using namespace std::string_literals;
  for (const std::string& good : {"a"s, "2026/11/21/recording_x.wav.enc"s, "..."s, "a..b"s,
                                  ".hidden"s, "a b"s, "\u00e4"s, std::string(255, 'x'), "-rf"s}) {
    INFO(good);
    const auto name = Name::parse(good);
    REQUIRE(name);
    CHECK(name->text() == good);
  }
  for (const std::string& bad :
       {""s, "/"s, "/etc/passwd"s, "a/"s, "a//b"s, "."s, ".."s, "../a"s, "a/../b"s, "a/./b"s,
        "a/.."s, "a\nb"s, "a\0b"s, "a\x7f"s, "\xff"s, std::string(256, 'x'),
        std::string(250, 'a') + '/' + std::string(250, 'b') + '/' + std::string(250, 'c') + '/' +
            std::string(250, 'd') + '/' + std::string(250, 'e'),
        ".trunkline-storage"s, "a/.trunkline-put-1"s}) {
    INFO(bad);
    CHECK_FALSE(Name::parse(bad));
  }
}

TEST_CASE("object names: a fault shows the name without its control characters", "[storage]") {
  CHECK(Name::parse("a\x1b[2J").error() ==
        core::Fault{core::ExitCode::data, "'a\\x1b[2J' is no name of a stored object"});
}

TEST_CASE("object names: their parts", "[storage]") {
  CHECK(Name::parse("2026/11/x")->parts() == std::vector<std::string>{"2026", "11", "x"});
  CHECK(Name::parse("x")->parts() == std::vector<std::string>{"x"});
}

}  // namespace
}  // namespace trunkline::storage
