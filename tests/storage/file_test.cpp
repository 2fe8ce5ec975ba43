// SPDX-License-Identifier: MIT
#include "storage/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::storage {
namespace {

namespace fs = std::filesystem;

Name name_of(const std::string& text) {
  return Name::parse(text).value();
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

struct World {
  test::TemporaryDirectory root;
  test::TemporaryDirectory sources;
  fs::path source = sources.path() / "source";
  std::unique_ptr<Location> location = open_file(root.path()).value();

  explicit World(const std::string& content = "text") { std::ofstream(source) << content; }
};

TEST_CASE("file location: files of mode 600 in folders of mode 700, of the folder's owner",
          "[storage]") {
  World world;
  constexpr uid_t kSomebody = 4321;
  if (::geteuid() == 0) REQUIRE(::chown(world.root.path().c_str(), kSomebody, kSomebody) == 0);
  const mode_t before = ::umask(0);
  REQUIRE(world.location->put(name_of("2026/11/a"), world.source));
  ::umask(before);
  CHECK(mode_of(world.root.path() / "2026") == 0700);
  CHECK(mode_of(world.root.path() / "2026/11") == 0700);
  CHECK(mode_of(world.root.path() / "2026/11/a") == 0600);
  struct stat status {};
  for (const char* const path : {"2026", "2026/11", "2026/11/a"}) {
    REQUIRE(::stat((world.root.path() / path).c_str(), &status) == 0);
    CHECK(status.st_uid == (::geteuid() == 0 ? kSomebody : ::geteuid()));
  }
}

TEST_CASE("file location: links lead nowhere", "[storage]") {
  World world;
  const test::TemporaryDirectory outside;
  std::ofstream(outside.path() / "secret") << "secret";
  fs::create_symlink(outside.path(), world.root.path() / "folder");
  fs::create_symlink(outside.path() / "secret", world.root.path() / "file");
  const std::string title = world.root.path().string();
  const auto told = [&](const std::string& name) {
    return core::Fault{core::ExitCode::data,
                       "'" + name + "' in " + title +
                           " is not an object: a link, a folder or a device stands there",
                       "see what it is, and move it elsewhere"};
  };
  for (const std::string name : {"folder/secret", "file"}) {
    CHECK(world.location->stat(name_of(name)).error() == told(name));
    CHECK(world.location->open(name_of(name)).error() == told(name));
    CHECK(world.location->remove(name_of(name)).error() == told(name));
  }
  CHECK(world.location->put(name_of("folder/secret"), world.source).error() ==
        told("folder/secret"));
  CHECK(fs::file_size(outside.path() / "secret") == 6);
  REQUIRE(world.location->list("", [](const Listed&) -> bool {
    FAIL("a link is no object");
    return true;
  }));
}

TEST_CASE("file location: folders, pipes and copies under way are no objects", "[storage]") {
  World world;
  fs::create_directories(world.root.path() / "folder");
  REQUIRE(::mkfifo((world.root.path() / "pipe").c_str(), 0600) == 0);
  std::ofstream(world.root.path() / ".trunkline-put-1") << "half";
  std::ofstream(world.root.path() / "odd\nname") << "x";
  for (const char* const name : {"folder", "pipe"}) {
    CHECK(world.location->stat(name_of(name)).error().code == core::ExitCode::data);
    CHECK(world.location->open(name_of(name)).error().code == core::ExitCode::data);
    CHECK(world.location->remove(name_of(name)).error().code == core::ExitCode::data);
  }
  REQUIRE(world.location->list("", [](const Listed&) -> bool {
    FAIL("nothing there is an object");
    return true;
  }));
}

TEST_CASE("file location: what does not fit leaves what was there and no rubbish", "[storage]") {
  World world(std::string(10'000, 'x'));
  std::ofstream(world.root.path() / "a") << "old";
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto action = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto put = world.location->put(name_of("a"), world.source);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, action);
  REQUIRE_FALSE(put);
  CHECK(put.error().message ==
        "cannot put 'a' in " + world.root.path().string() + ": file too large");
  CHECK(fs::file_size(world.root.path() / "a") == 3);
  CHECK(std::distance(fs::directory_iterator(world.root.path()), {}) == 1);
}

TEST_CASE("file location: a folder that was taken away is not an empty one", "[storage]") {
  World world;
  REQUIRE(world.location->put(name_of("a/b"), world.source));
  const auto id = mark(world.root.path(), test::FakeClock().wall()).value();
  CHECK(open_file(world.root.path(), id));
  // Another folder in its place, as when its disk is not mounted.
  const fs::path moved = world.sources.path() / "moved";
  fs::rename(world.root.path(), moved);
  fs::create_directory(world.root.path());
  CHECK(world.location->stat(name_of("a/b")));
  CHECK(open_file(world.root.path(), id).error().code == core::ExitCode::unavailable);
  fs::remove(world.root.path());
  CHECK(open_file(world.root.path()).error() ==
        core::Fault{core::ExitCode::unavailable,
                    world.root.path().string() + " is not mounted: no such file or directory",
                    "mount its disk: findmnt -T " + world.root.path().string()});
  fs::rename(moved, world.root.path());
}

}  // namespace
}  // namespace trunkline::storage
