// SPDX-License-Identifier: MIT
#include "core/error.h"

#include <catch2/catch.hpp>
#include <memory>

namespace trunkline::core {
namespace {

TEST_CASE("an error carries its fault and what was added to it", "[core]") {
  const Error error =
      Error(ExitCode::io, "cannot read it", "look at the disk").with("path", "/x").with("try", "2");
  CHECK(error.fault() == Fault{ExitCode::io, "cannot read it", "look at the disk"});
  CHECK(std::string(error.what()) == "cannot read it");
  CHECK(error.fields() ==
        std::vector<std::pair<std::string, std::string>>{{"path", "/x"}, {"try", "2"}});
}

TEST_CASE("a result is its value, or its fault thrown", "[core]") {
  CHECK(value_or_throw(Result<int>(5)) == 5);
  CHECK(*value_or_throw(Result<std::unique_ptr<int>>(std::make_unique<int>(5))) == 5);
  CHECK_NOTHROW(value_or_throw(Result<void>()));
  const Fault refused{ExitCode::no_permission, "refused"};
  try {
    value_or_throw(Result<void>(tl::unexpected(refused)));
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.fault() == refused);
  }
}

TEST_CASE("every exit code has a name of its own", "[core]") {
  using enum ExitCode;
  std::vector<std::string_view> names;
  for (const ExitCode code :
       {done, failed, partly, usage, data, no_input, unavailable, software, cannot_create, io,
        try_again, protocol, no_permission, config, interrupted, terminated}) {
    CHECK(std::find(names.begin(), names.end(), name_of(code)) == names.end());
    CHECK(name_of(code) != "unknown");
    names.push_back(name_of(code));
  }
}

}  // namespace
}  // namespace trunkline::core
