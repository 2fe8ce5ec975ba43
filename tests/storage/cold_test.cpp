// SPDX-License-Identifier: MIT
#include "storage/cold.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "storage/file.h"
#include "storage/identity.h"
#include "support/temporary_directory.h"

namespace trunkline::storage {
namespace {

namespace fs = std::filesystem;

class World {
 public:
  World() {
    fs::create_directories(root() / "cold");
    location_ = with_cold(open_file(root()).value(), open_file(root() / "cold").value());
  }
  fs::path root() const { return directory_.path() / "root"; }
  Location& location() { return *location_; }
  void put(const std::string& name) {
    std::ofstream(directory_.path() / "source") << name;
    REQUIRE(location_->put(Name::parse(name).value(), directory_.path() / "source"));
  }
  std::vector<std::string> names(std::string_view prefix = {}, std::size_t most = 100) {
    std::vector<std::string> found;
    REQUIRE(location_->list(prefix, [&](const Listed& object) {
      found.push_back(object.name.text());
      return found.size() < most;
    }));
    return found;
  }

 private:
  test::TemporaryDirectory directory_;
  std::unique_ptr<Location> location_;
};

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
  World world;
  world.put("a");
  world.put("cold/b");
  CHECK(name_at(world.root(), "a") == "a");
  CHECK(name_at(world.root(), "cold/a") == "a");
  CHECK(name_at(world.root(), "b") == "cold/b");
  CHECK(name_at(world.root(), "none") == "none");
}

TEST_CASE("cold: each tier has its own objects, listed as one", "[storage]") {
  World world;
  for (const char* const name : {"2026/a", "cold/2026/a", "cold/2026/b", "colder", "z"})
    world.put(name);
  CHECK(fs::exists(world.root() / "cold/2026/a"));
  CHECK(world.names() == Strings{"2026/a", "cold/2026/a", "cold/2026/b", "colder", "z"});
  CHECK(world.names("cold/") == Strings{"cold/2026/a", "cold/2026/b"});
  CHECK(world.names("cold/2026/b") == Strings{"cold/2026/b"});
  CHECK(world.names("col") == Strings{"cold/2026/a", "cold/2026/b", "colder"});
  CHECK(world.names("2026/") == Strings{"2026/a"});
  CHECK(world.names("", 2) == Strings{"2026/a", "cold/2026/a"});
  CHECK(world.location().remove(Name::parse("2026/a").value()) == true);
  CHECK(world.names() == Strings{"cold/2026/a", "cold/2026/b", "colder", "z"});
  CHECK(world.location().remove(Name::parse("cold/2026/a").value()) == true);
  CHECK(world.location().remove(Name::parse("cold/2026/a").value()) == false);
}

TEST_CASE("cold: what is beside a tier that was unmounted does not pass for its objects",
          "[storage]") {
  World world;
  world.put("cold/a");
  fs::rename(world.root() / "cold", world.root() / "elsewhere");
  fs::create_directory(world.root() / "cold");
  // It was opened while it was there, and is that disk still.
  CHECK(world.location().stat(Name::parse("cold/a").value()));
  CHECK(world.location().remove(Name::parse("cold/a").value()) == true);
}

}  // namespace
}  // namespace trunkline::storage
