// SPDX-License-Identifier: MIT
#include "os/file_stamp.h"

#include <catch2/catch.hpp>

#include "os/atomic_file.h"
#include "support/temporary_directory.h"

namespace trunkline::os {
namespace {

TEST_CASE("file stamp: another file under the name is another stamp", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "ring";
  CHECK_FALSE(file_stamp(path).has_value());
  REQUIRE(write_atomically(path, core::as_bytes("one"), 0600).has_value());
  const auto first = file_stamp(path);
  REQUIRE(first.has_value());
  CHECK(file_stamp(path) == first);
  REQUIRE(write_atomically(path, core::as_bytes("one"), 0600).has_value());
  CHECK(file_stamp(path).has_value());
  CHECK(file_stamp(path) != first);
}

}  // namespace
}  // namespace trunkline::os
