// SPDX-License-Identifier: MIT
#include "os/atomic_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "support/temporary_directory.h"

namespace trunkline::os {
namespace {

constexpr core::ByteCount kLimit{1024};

std::size_t entries_of(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                                std::filesystem::directory_iterator()));
}

TEST_CASE("atomic file: replaces the content and sets the mode", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "state";
  REQUIRE(write_atomically(path, core::as_bytes("one"), 0600));
  REQUIRE(write_atomically(path, core::as_bytes("two"), 0644));
  CHECK(read_text_file(path, kLimit) == "two");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0644);
  CHECK(entries_of(directory.path()) == 1);
}

TEST_CASE("atomic file: a failure leaves the old content and no rubbish", "[os]") {
  const test::TemporaryDirectory directory;
  // A folder that is not empty cannot be replaced by a file.
  const auto path = directory.path() / "folder";
  std::filesystem::create_directories(path / "inside");
  const auto written = write_atomically(path, core::as_bytes("text"));
  REQUIRE_FALSE(written);
  CHECK(entries_of(directory.path()) == 1);
  CHECK(std::filesystem::is_directory(path));
}

TEST_CASE("atomic file: faults name the file and the next step", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "no" / "state";
  const auto written = write_atomically(path, core::as_bytes("text"));
  REQUIRE_FALSE(written);
  CHECK(written.error() ==
        core::Fault{core::ExitCode::no_input,
                    "cannot write " + path.string() + ": no such file or directory",
                    "make its folder: mkdir -p " + path.parent_path().string()});
  CHECK(read_file(path, kLimit).error().code == core::ExitCode::no_input);
}

TEST_CASE("atomic file: a write that does not fit leaves the old content", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "state";
  REQUIRE(write_atomically(path, core::as_bytes("old")));
  // A limit on the size of files stands for the full disk: write() fails half way.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto action = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto written = write_atomically(path, core::as_bytes(std::string(10'000, 'x')));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, action);

  REQUIRE_FALSE(written);
  CHECK(written.error().message == "cannot write " + path.string() + ": file too large");
  CHECK(read_text_file(path, kLimit) == "old");
  CHECK(entries_of(directory.path()) == 1);
}

TEST_CASE("atomic file: a file longer than the limit is not read", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "long";
  std::ofstream(path) << std::string(1025, 'x');
  const auto read = read_file(path, kLimit);
  REQUIRE_FALSE(read);
  CHECK(read.error().message == "cannot read " + path.string() + ": it is longer than 1KiB");
  CHECK(read_file(path, core::ByteCount{1025})->size() == 1025);
}

TEST_CASE("atomic file: files without a size are read to their end", "[os]") {
  const auto read = read_text_file("/proc/self/stat", core::ByteCount{1 << 16});
  REQUIRE(read);
  CHECK(read->find(std::to_string(::getpid())) == 0);
}

}  // namespace
}  // namespace trunkline::os
