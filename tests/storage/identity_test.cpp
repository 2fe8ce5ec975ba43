// SPDX-License-Identifier: MIT
#include "storage/identity.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::storage {
namespace {

const core::Time kNow = test::FakeClock().wall();

TEST_CASE("location identity: given once, and kept", "[storage]") {
  const test::TemporaryDirectory directory;
  CHECK(identity_of(directory.path()).value() == std::nullopt);
  const auto id = mark(directory.path(), kNow);
  REQUIRE(id);
  CHECK(mark(directory.path(), kNow) == *id);
  CHECK(identity_of(directory.path()).value() == *id);
  CHECK(check_identity(directory.path(), *id));
  struct stat status {};
  REQUIRE(::stat((directory.path() / ".trunkline-storage").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("location identity: many who mark at once agree", "[storage]") {
  const test::TemporaryDirectory directory;
  std::array<LocationId, 8> ids;
  std::vector<std::thread> markers;
  for (LocationId& id : ids)
    markers.emplace_back([&] { id = mark(directory.path(), kNow).value(); });
  for (std::thread& marker : markers) marker.join();
  CHECK(std::set<LocationId>(ids.begin(), ids.end()).size() == 1);
}

TEST_CASE("location identity: a disk that is not mounted, and another one, are told", "[storage]") {
  const test::TemporaryDirectory directory;
  const std::string root = directory.path().string();
  const std::string hint = "mount its disk: findmnt -T " + root;
  const auto id = LocationId::parse("019ab000-0000-7000-8000-000000000001").value();
  using core::ExitCode;
  CHECK(check_identity(directory.path(), id).error() ==
        core::Fault{ExitCode::unavailable,
                    root + " is not mounted: it has no .trunkline-storage, as the location had",
                    hint});
  std::ofstream(directory.path() / ".trunkline-storage")
      << "trunkline storage 1 019ab000-0000-7000-8000-000000000002\n";
  CHECK(check_identity(directory.path(), id).error() ==
        core::Fault{ExitCode::unavailable,
                    root + " is not mounted: it is location 019ab000-0000-7000-8000-000000000002, "
                           "not 019ab000-0000-7000-8000-000000000001",
                    hint});
  CHECK(check_identity(directory.path() / "none", id).error() ==
        core::Fault{ExitCode::unavailable, root + "/none is not mounted: no such file or directory",
                    hint + "/none"});
  CHECK(mark(directory.path() / "none", kNow).error().code == ExitCode::unavailable);
}

TEST_CASE("location identity: a marker that is none is not taken for one", "[storage]") {
  const test::TemporaryDirectory directory;
  for (const char* const text : {"", "trunkline storage 1 x\n", "trunkline storage 2 "}) {
    std::ofstream(directory.path() / ".trunkline-storage") << text;
    CHECK(identity_of(directory.path()).error() ==
          core::Fault{
              core::ExitCode::data,
              "'" + directory.path().string() + "/.trunkline-storage' is no marker of a location",
              "copy it back from a backup of that folder"});
  }
}

}  // namespace
}  // namespace trunkline::storage
