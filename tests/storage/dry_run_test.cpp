// SPDX-License-Identifier: MIT
#include "storage/dry_run.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "storage/file.h"
#include "support/temporary_directory.h"

namespace trunkline::storage {
namespace {

TEST_CASE("dry run: says what would be done, and does nothing", "[storage]") {
  const test::TemporaryDirectory directory;
  std::ofstream(directory.path() / "a") << "old";
  const test::TemporaryDirectory sources;
  std::ofstream(sources.path() / "new") << "new!";
  const auto a = Name::parse("a").value();
  const auto b = Name::parse("b").value();

  const auto location = dry_run(open_file(directory.path()).value());
  CHECK(location->title() == directory.path().string());
  const auto stored = location->put(a, sources.path() / "new");
  REQUIRE(stored);
  CHECK(stored->bytes == core::ByteCount(4));
  CHECK(stored->digest == crypto::sha256(core::as_bytes("new!")));
  CHECK(location->put(b, sources.path() / "new"));
  CHECK_FALSE(location->put(b, sources.path() / "none"));
  CHECK(location->remove(a) == true);
  CHECK(location->remove(a) == true);
  CHECK(location->remove(b) == false);
  CHECK(location->sync());

  CHECK(location->stat(a)->bytes == core::ByteCount(3));
  CHECK(location->open(b).error().code == core::ExitCode::no_input);
  std::vector<std::string> names;
  REQUIRE(location->list("", [&](const Listed& object) {
    names.push_back(object.name.text());
    return true;
  }));
  CHECK(names == std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace trunkline::storage
