// SPDX-License-Identifier: MIT
#include "storage/cold.h"

#include <catch2/catch.hpp>

#include "storage/world.h"

namespace trunkline::storage {
namespace {

namespace fs = std::filesystem;

using Strings = std::vector<std::string>;

TEST_CASE("cold: names of the two tiers", "[storage]") {
  CHECK(is_cold("cold/2026/a"));
  CHECK_FALSE(is_cold("2026/a"));
  CHECK_FALSE(is_cold("colder/a"));
  CHECK(hot_name("cold/2026/a") == "2026/a");
  CHECK(hot_name("2026/a") == "2026/a");
  CHECK(cold_name("2026/a") == "cold/2026/a");
  CHECK(cold_name("cold/2026/a") == "cold/2026/a");
  CHECK(twin_of("2026/a") == "cold/2026/a");
  CHECK(twin_of("cold/2026/a") == "2026/a");
}

TEST_CASE("cold: a name finds its file in either tier", "[storage]") {
  World world(make_tiers);
  world.put("a", "x");
  world.put("cold/b", "x");
  CHECK(name_at(world.root(), "a") == "a");
  CHECK(name_at(world.root(), "cold/a") == "a");
  CHECK(name_at(world.root(), "b") == "cold/b");
  CHECK(name_at(world.root(), "none") == "none");
}

TEST_CASE("cold: each tier has its own objects, listed as one", "[storage]") {
  World world(make_tiers);
  for (const char* const name : {"2026/a", "cold/2026/a", "cold/2026/b", "colder", "z"})
    world.put(name, "x");
  CHECK(fs::exists(world.root() / "cold/2026/a"));
  CHECK(world.names() == Strings{"2026/a", "cold/2026/a", "cold/2026/b", "colder", "z"});
  CHECK(world.names("cold/") == Strings{"cold/2026/a", "cold/2026/b"});
  CHECK(world.names("cold/2026/b") == Strings{"cold/2026/b"});
  CHECK(world.names("col") == Strings{"cold/2026/a", "cold/2026/b", "colder"});
  CHECK(world.names("2026/") == Strings{"2026/a"});
  CHECK(world.names("", 2) == Strings{"2026/a", "cold/2026/a"});
  CHECK(world.location().remove(name_of("2026/a")) == true);
  CHECK(world.names() == Strings{"cold/2026/a", "cold/2026/b", "colder", "z"});
  CHECK(world.location().remove(name_of("cold/2026/a")) == true);
  CHECK(world.location().remove(name_of("cold/2026/a")) == false);
}

TEST_CASE("cold: what is beside a tier that was unmounted does not pass for its objects",
          "[storage]") {
  World world(make_tiers);
  world.put("cold/a", "x");
  fs::rename(world.root() / "cold", world.root() / "elsewhere");
  fs::create_directory(world.root() / "cold");
  // It was opened while it was there, and is that disk still.
  CHECK(world.location().stat(name_of("cold/a")));
  CHECK(world.location().remove(name_of("cold/a")) == true);
}

}  // namespace
}  // namespace trunkline::storage
