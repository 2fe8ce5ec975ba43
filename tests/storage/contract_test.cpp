// SPDX-License-Identifier: MIT
// What every backend promises (storage/location.h), run over each of them.

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "storage/location.h"
#include "storage/world.h"
#include "support/faulty_location.h"
#include "support/temporary_directory.h"

namespace trunkline::storage {
namespace {

struct Backend {
  const char* name;
  std::unique_ptr<Location> (*make)(const std::filesystem::path& root);
};

std::unique_ptr<Location> make_faulty(const std::filesystem::path& root) {
  return std::make_unique<test::FaultyLocation>(make_file(root));
}

// A new backend is a row.
constexpr std::array<Backend, 3> kBackends{
    {{"file", make_file}, {"far away", make_faulty}, {"hot and cold", make_tiers}}};

TEST_CASE("storage: what was put is there, byte for byte", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      for (const std::string& content :
           {std::string(), std::string("x"), std::string(3'000'001, 'y')}) {
        const Stored stored = world.put("2026/11/21/a.enc", content);
        CHECK(stored.bytes.value() == content.size());
        CHECK(stored.digest == crypto::sha256(core::as_bytes(content)));
        CHECK(world.location().stat(name_of("2026/11/21/a.enc"))->bytes.value() == content.size());
        CHECK(world.content("2026/11/21/a.enc") == content);
      }
      CHECK(world.names() == std::vector<std::string>{"2026/11/21/a.enc"});
    }
  }
}

TEST_CASE("storage: ranges are read from where they begin, and end at the end", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      world.put("a", "0123456789");
      const auto object = world.location().open(name_of("a")).value();
      CHECK(object->size() == core::ByteCount(10));
      std::array<std::byte, 4> bytes{};
      CHECK(object->read(3, bytes) == 4);
      CHECK(core::as_text(bytes) == "3456");
      CHECK(object->read(8, bytes) == 2);
      CHECK(core::as_text(bytes).substr(0, 2) == "89");
      CHECK(object->read(10, bytes) == 0);
      CHECK(object->read(1'000'000, bytes) == 0);
    }
  }
}

TEST_CASE("storage: an opened object is read on, whatever happens to its name", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      world.put("a", "old");
      const auto old = world.location().open(name_of("a")).value();
      world.put("a", "new!");
      CHECK(world.content("a") == "new!");
      CHECK(world.location().remove(name_of("a")) == true);
      std::array<std::byte, 8> bytes{};
      CHECK(old->read(0, bytes) == 3);
      CHECK(core::as_text(bytes).substr(0, 3) == "old");
    }
  }
}

TEST_CASE("storage: removal says whether it was there, and can be repeated", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      world.put("a/b", "x");
      world.put("a/c", "y");
      CHECK(world.location().remove(name_of("a/b")) == true);
      CHECK(world.location().remove(name_of("a/b")) == false);
      CHECK(world.location().remove(name_of("no/such/folder")) == false);
      CHECK(world.location().sync());
      CHECK(world.names() == std::vector<std::string>{"a/c"});
    }
  }
}

TEST_CASE("storage: what is not there is a fault of its own code", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      const core::Fault gone{core::ExitCode::no_input,
                             "there is no 'a/b' in " + world.location().title()};
      CHECK(world.location().stat(name_of("a/b")).error() == gone);
      CHECK(world.location().open(name_of("a/b")).error() == gone);
    }
  }
}

TEST_CASE("storage: a file that cannot be read leaves what was there", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      world.put("a", "old");
      const auto failed = world.location().put(name_of("a"), world.root() / "none");
      REQUIRE_FALSE(failed);
      CHECK(failed.error() == core::Fault{core::ExitCode::no_input,
                                          "cannot read " + (world.root() / "none").string() +
                                              ": no such file or directory"});
      CHECK(world.content("a") == "old");
      CHECK(world.names() == std::vector<std::string>{"a"});
    }
  }
}

TEST_CASE("storage: lists by prefix, in the order of the names' bytes", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      CHECK(world.names().empty());
      for (const char* const name : {"b", "a/b", "a-b", "a/b-c/d", "a/b/c", "aa", "c/d/e/f"})
        if (std::string_view(name) != "a/b") world.put(name, name);
      CHECK(world.names() ==
            std::vector<std::string>{"a-b", "a/b-c/d", "a/b/c", "aa", "b", "c/d/e/f"});
      CHECK(world.names("a/") == std::vector<std::string>{"a/b-c/d", "a/b/c"});
      CHECK(world.names("a/b") == std::vector<std::string>{"a/b-c/d", "a/b/c"});
      CHECK(world.names("a") == std::vector<std::string>{"a-b", "a/b-c/d", "a/b/c", "aa"});
      CHECK(world.names("c/d/e/f") == std::vector<std::string>{"c/d/e/f"});
      CHECK(world.names("d").empty());
      CHECK(world.names("", 2) == std::vector<std::string>{"a-b", "a/b-c/d"});
    }
  }
}

TEST_CASE("storage: a list tells sizes", "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      world.put("a", "123");
      std::vector<std::uint64_t> sizes;
      REQUIRE(world.location().list("", [&](const Listed& object) {
        sizes.push_back(object.status.bytes.value());
        CHECK(object.status.changed > core::from_microseconds(0));
        return true;
      }));
      CHECK(sizes == std::vector<std::uint64_t>{3});
    }
  }
}

TEST_CASE("storage: nobody sees a part of an object, and the last of many puts stays whole",
          "[storage]") {
  for (const Backend& backend : kBackends) {
    DYNAMIC_SECTION(backend.name) {
      World world(backend.make);
      const test::TemporaryDirectory sources;
      constexpr std::size_t kSize = 200'000;
      world.put("a", std::string(kSize, '0'));
      std::vector<std::thread> writers;
      for (const char letter : {'x', 'y'}) {
        const auto source = sources.path() / std::string(1, letter);
        std::ofstream(source) << std::string(kSize, letter);
        writers.emplace_back([&world, source] {
          for (int i = 0; i < 20; ++i) (void)world.location().put(name_of("a"), source).value();
        });
      }
      for (int i = 0; i < 100; ++i) {
        const std::string seen = world.content("a");
        CHECK(seen.size() == kSize);
        CHECK(seen == std::string(seen.size(), seen.front()));
      }
      for (std::thread& writer : writers) writer.join();
      CHECK(world.names() == std::vector<std::string>{"a"});
    }
  }
}

}  // namespace
}  // namespace trunkline::storage
