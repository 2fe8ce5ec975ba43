// SPDX-License-Identifier: MIT
#include "sealed/writer.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "sealed/samples.h"

namespace trunkline::sealed {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

/// Files cannot grow past `size`: stands in for a full disk, in this process only.
class SizeLimit {
 public:
  explicit SizeLimit(std::uint64_t size) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = size;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  void (*old_handler_)(int);
  rlimit old_{};
};

TEST_CASE("writer: makes a private file in its day's private folders", "[sealed]") {
  World world;
  const Writer writer = world.create();
  CHECK(writer.relative_path() == "2026/11/21/recording_" + world.recording.text() + ".wav.enc");
  CHECK(mode_of(world.path) == 0600);
  CHECK(mode_of(world.root / "2026") == 0700);
  CHECK(mode_of(world.root / "2026/11/21") == 0700);
  CHECK(writer.header().recording == world.recording);
  CHECK(writer.key_id() == world.keys.open_key(world.recording).value().wrapped_by);
  CHECK(writer.segments() == 0);
  CHECK(writer.bytes() == core::ByteCount(kHeaderSize));
  CHECK(content_of(world.path).size() == kHeaderSize);
  CHECK(writer.descriptor() >= 0);
}

TEST_CASE("writer: each segment is on its way to the disk when append returns", "[sealed]") {
  World world;
  Writer writer = world.create();
  for (std::uint32_t i = 1; i <= 3; ++i) {
    REQUIRE(writer.append(plaintext(16)).has_value());
    CHECK(writer.segments() == i);
    CHECK(content_of(world.path).size() == kHeaderSize + i * 32);
    CHECK(writer.bytes() == core::ByteCount(kHeaderSize + i * 32));
  }
  REQUIRE(writer.finalise(plaintext(4)).has_value());
  CHECK(writer.is_finalised());
  CHECK(writer.segments() == 4);
  CHECK(writer.descriptor() == -1);
  CHECK(content_of(world.path).size() == kHeaderSize + 3 * 32 + 20);
}

TEST_CASE("writer: the file holds no plaintext, and equal segments do not look equal", "[sealed]") {
  World world;
  Writer writer = world.create();
  REQUIRE(writer.append(plaintext(16)).has_value());
  REQUIRE(writer.append(plaintext(16)).has_value());
  const std::string content = content_of(world.path);
  CHECK(content.find(std::string(core::as_text(plaintext(16)))) == std::string::npos);
  CHECK(content.substr(kHeaderSize, 32) != content.substr(kHeaderSize + 32, 32));
}

TEST_CASE("writer: two files share neither salt nor nonces", "[sealed]") {
  World world;
  const Header first = world.create().header();
  world.recording = core::RecordingId::make(kStart);
  const Header second = world.create().header();
  CHECK(first.salt != second.salt);
  CHECK(first.nonce_prefix != second.nonce_prefix);
}

TEST_CASE("writer: never replaces a file, and the old one keeps its key", "[sealed]") {
  World world;
  {
    Writer writer = world.write(1);
    REQUIRE(writer.finalise({}).has_value());
  }
  const auto again = world.try_create();
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().message == "cannot make " + world.path.native() + ": file exists");
  Reader reader = world.reader();
  CHECK(all_of(reader) == plaintext(16));
}

TEST_CASE("writer: a recording that cannot start says why and leaves nothing", "[sealed]") {
  World world;
  SECTION("no key ring") {
    keystore::KeyStore keys(world.directory.path() / "other.db");
    const auto writer = Writer::create(
        world.root, {.recording = world.recording, .format = kTiny, .started_at = kStart}, keys);
    CHECK(writer.error().code == core::ExitCode::config);
    CHECK(writer.error().message == "there is no recording key ring");
  }
  SECTION("the disk is not mounted") {
    std::filesystem::remove(world.root);
    const auto writer = world.try_create();
    CHECK(writer.error().code == core::ExitCode::no_input);
    CHECK(writer.error().message ==
          "cannot find " + world.root.native() + ": no such file or directory");
  }
  SECTION("something else is in its place") {
    std::filesystem::create_directories(world.path);
    CHECK(world.try_create().error().message ==
          "cannot make " + world.path.native() + ": file exists");
    std::filesystem::remove(world.path);
  }
  SECTION("the disk has no room for the key") {
    core::Fault fault;
    {
      const SizeLimit limit(100);
      fault = world.try_create().error();
    }
    CHECK(fault.code == core::ExitCode::io);
    CHECK(fault.message.starts_with("cannot keep the recording's key: "));
  }
  SECTION("an impossible format") {
    const auto writer = world.try_create({.channels = 0});
    CHECK(writer.error().message == "a recording cannot have 0 channels");
  }
  CHECK_FALSE(std::filesystem::exists(world.path));
  CHECK(world.keys.count() == 0);
}

TEST_CASE("writer: a full disk ends it, and what was written stays readable", "[sealed]") {
  World world;
  Writer writer = world.write(2);
  core::Fault fault;
  {
    const SizeLimit limit(kHeaderSize + 2 * 32 + 10);  // a part of the third fits
    fault = writer.append(plaintext(16)).error();
  }
  CHECK(fault.message == "cannot write " + writer.relative_path().native() + ": file too large");
  CHECK_FALSE(fault.hint.empty());
  CHECK(content_of(world.path).size() == kHeaderSize + 2 * 32);
  CHECK(writer.segments() == 2);
  // There is room again, but an index was used: it is never encrypted a second time.
  CHECK(writer.append(plaintext(16)).error() == fault);
  CHECK(writer.finalise({}).error() == fault);
  CHECK_FALSE(writer.is_finalised());
  Reader reader = world.reader();
  CHECK_FALSE(reader.is_finalised());
  CHECK(all_of(reader) == plaintext(32));
}

}  // namespace
}  // namespace trunkline::sealed
