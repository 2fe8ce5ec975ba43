// SPDX-License-Identifier: MIT
#include "storage/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "storage/world.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::storage {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

struct OpenedFolder {
  test::TemporaryDirectory root;
  test::TemporaryDirectory sources;
  fs::path source = sources.path() / "source";
  std::unique_ptr<Location> location = open_file(root.path()).value();

  explicit OpenedFolder(const std::string& content = "text") { std::ofstream(source) << content; }
};

TEST_CASE("file location: files of mode 600 in folders of mode 700, of the folder's owner",
          "[storage]") {
  OpenedFolder opened;
  constexpr uid_t kSomebody = 4321;
  if (::geteuid() == 0) REQUIRE(::chown(opened.root.path().c_str(), kSomebody, kSomebody) == 0);
  const mode_t before = ::umask(0);
  REQUIRE(opened.location->put(name_of("2026/11/a"), opened.source));
  ::umask(before);
  CHECK(mode_of(opened.root.path() / "2026") == 0700);
  CHECK(mode_of(opened.root.path() / "2026/11") == 0700);
  CHECK(mode_of(opened.root.path() / "2026/11/a") == 0600);
  struct stat status {};
  for (const char* const path : {"2026", "2026/11", "2026/11/a"}) {
    REQUIRE(::stat((opened.root.path() / path).c_str(), &status) == 0);
    CHECK(status.st_uid == (::geteuid() == 0 ? kSomebody : ::geteuid()));
  }
}

TEST_CASE("file location: links lead nowhere", "[storage]") {
  OpenedFolder opened;
  const test::TemporaryDirectory outside;
  std::ofstream(outside.path() / "secret") << "secret";
  fs::create_symlink(outside.path(), opened.root.path() / "folder");
  fs::create_symlink(outside.path() / "secret", opened.root.path() / "file");
  const std::string title = opened.root.path().string();
  const auto told = [&](const std::string& name) {
    return core::Fault{core::ExitCode::data,
                       "'" + name + "' in " + title +
                           " is not an object: a link, a folder or a device stands there",
                       "see what it is, and move it elsewhere"};
  };
  for (const std::string name : {"folder/secret", "file"}) {
    CHECK(opened.location->stat(name_of(name)).error() == told(name));
    CHECK(opened.location->open(name_of(name)).error() == told(name));
    CHECK(opened.location->remove(name_of(name)).error() == told(name));
  }
  CHECK(opened.location->put(name_of("folder/secret"), opened.source).error() ==
        told("folder/secret"));
  CHECK(fs::file_size(outside.path() / "secret") == 6);
  REQUIRE(opened.location->list("", [](const Listed&) -> bool {
    FAIL("a link is no object");
    return true;
  }));
}

TEST_CASE("file location: folders, pipes and copies under way are no objects", "[storage]") {
  OpenedFolder opened;
  fs::create_directories(opened.root.path() / "folder");
  REQUIRE(::mkfifo((opened.root.path() / "pipe").c_str(), 0600) == 0);
  std::ofstream(opened.root.path() / ".trunkline-put-1") << "half";
  std::ofstream(opened.root.path() / "odd\nname") << "x";
  for (const char* const name : {"folder", "pipe"}) {
    CHECK(opened.location->stat(name_of(name)).error().code == core::ExitCode::data);
    CHECK(opened.location->open(name_of(name)).error().code == core::ExitCode::data);
    CHECK(opened.location->remove(name_of(name)).error().code == core::ExitCode::data);
  }
  REQUIRE(opened.location->list("", [](const Listed&) -> bool {
    FAIL("nothing there is an object");
    return true;
  }));
}

TEST_CASE("file location: what a killed put left is removed from its folder alone", "[storage]") {
  OpenedFolder opened;
  REQUIRE(opened.location->put(name_of("2026/a"), opened.source));
  REQUIRE(opened.location->put(name_of("2027/b"), opened.source));
  const fs::path left = opened.root.path() / "2026" / ".trunkline-put-1";
  const fs::path elsewhere = opened.root.path() / "2027" / ".trunkline-put-2";
  std::ofstream(left) << "half";
  std::ofstream(elsewhere) << "half";
  std::ofstream(opened.root.path() / ".trunkline-storage") << "marker";
  REQUIRE(opened.location->clear_unfinished(name_of("2026/gone")));
  CHECK_FALSE(fs::exists(left));
  CHECK(fs::exists(elsewhere));
  CHECK(fs::exists(opened.root.path() / "2026" / "a"));
  CHECK(opened.location->clear_unfinished(name_of("c")));
  CHECK(fs::exists(opened.root.path() / ".trunkline-storage"));
  CHECK(opened.location->clear_unfinished(name_of("1999/nothing")));
}

TEST_CASE("file location: what does not fit leaves what was there and no rubbish", "[storage]") {
  OpenedFolder opened(std::string(10'000, 'x'));
  std::ofstream(opened.root.path() / "a") << "old";
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto action = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto put = opened.location->put(name_of("a"), opened.source);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, action);
  REQUIRE_FALSE(put);
  CHECK(put.error().message ==
        "cannot put 'a' in " + opened.root.path().string() + ": file too large");
  CHECK(fs::file_size(opened.root.path() / "a") == 3);
  CHECK(std::distance(fs::directory_iterator(opened.root.path()), {}) == 1);
}

TEST_CASE("file location: a folder that was taken away is not an empty one", "[storage]") {
  OpenedFolder opened;
  REQUIRE(opened.location->put(name_of("a/b"), opened.source));
  const auto id = mark(opened.root.path(), test::FakeClock().wall()).value();
  CHECK(open_file(opened.root.path(), id));
  // Another folder in its place, as when its disk is not mounted.
  const fs::path moved = opened.sources.path() / "moved";
  fs::rename(opened.root.path(), moved);
  fs::create_directory(opened.root.path());
  CHECK(opened.location->stat(name_of("a/b")));
  CHECK(open_file(opened.root.path(), id).error().code == core::ExitCode::unavailable);
  fs::remove(opened.root.path());
  CHECK(open_file(opened.root.path()).error() ==
        core::Fault{core::ExitCode::unavailable,
                    opened.root.path().string() + " is not mounted: no such file or directory",
                    "mount its disk: findmnt -T " + opened.root.path().string()});
  fs::rename(moved, opened.root.path());
}

}  // namespace
}  // namespace trunkline::storage
