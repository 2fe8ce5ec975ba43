// SPDX-License-Identifier: MIT
#include "keystore/mirror.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <thread>

#include "keystore/key_store.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::keystore {
namespace {

const test::FakeClock kClock;
constexpr MirrorOptions kQuick{.period = core::Milliseconds(10)};

struct MirroredStore {
  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "keys.db";
  std::filesystem::path folder = directory.path() / "mirror";
  std::filesystem::path copy = folder / "keys.db";
  KeyRing ring = KeyRing::generate(kClock.wall());
  KeyStore store{path, ring};
  core::RecordingId recording = core::RecordingId::make(kClock.wall());

  MirroredStore() { std::filesystem::create_directory(folder); }
  std::uint64_t keys_in_copy() const { return KeyStore(copy, ring).count(); }
};

template <class Condition>
bool comes_true(Condition&& condition) {
  for (int i = 0; i < 2000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(core::Milliseconds(5));
  }
  return false;
}

TEST_CASE("mirror: copies at the start and after each change", "[keystore]") {
  MirroredStore mirrored;
  const Mirror mirror(mirrored.path, mirrored.folder, kClock, kQuick);
  REQUIRE(comes_true([&] { return mirror.state().copies == 1; }));
  CHECK(mirror.state().copied_at == kClock.wall());
  CHECK(mirror.state().error.empty());
  struct stat status {};
  REQUIRE(::stat(mirrored.copy.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  const DataKey made = mirrored.store.create_key(mirrored.recording, kClock.wall()).value();
  REQUIRE(comes_true([&] { return mirror.state().copies == 2 && mirror.state().is_current; }));
  // The copy is a key store that opens what the original opens.
  const KeyStore copied(mirrored.copy, mirrored.ring);
  CHECK(core::to_hex(copied.open_key(mirrored.recording).value().key.reveal()) ==
        core::to_hex(made.key.reveal()));
}

TEST_CASE("mirror: does nothing while nothing changes", "[keystore]") {
  MirroredStore mirrored;
  const Mirror mirror(mirrored.path, mirrored.folder, kClock, kQuick);
  REQUIRE(comes_true([&] { return mirror.state().is_current; }));
  std::this_thread::sleep_for(core::Milliseconds(100));  // ten looks
  CHECK(mirror.state().copies == 1);
}

TEST_CASE("mirror: sees what another process changed", "[keystore]") {
  MirroredStore mirrored;
  const Mirror mirror(mirrored.path, mirrored.folder, kClock, kQuick);
  REQUIRE(comes_true([&] { return mirror.state().is_current; }));
  KeyStore other(mirrored.path, mirrored.ring);
  REQUIRE(other.create_key(mirrored.recording, kClock.wall()).has_value());
  CHECK(comes_true([&] { return mirror.state().copies == 2; }));
}

TEST_CASE("mirror: an erased key is gone from the copy, also from what the copy was before",
          "[keystore]") {
  MirroredStore mirrored;
  REQUIRE(mirrored.store.create_key(mirrored.recording, kClock.wall()).has_value());
  Mirror mirror(mirrored.path, mirrored.folder, kClock,
                {.period = core::Milliseconds(60'000)});  // only when asked to
  REQUIRE(mirror.refresh_now().has_value());
  CHECK(mirrored.keys_in_copy() == 1);
  // Whoever still holds the old file finds zeros in it.
  std::ifstream old(mirrored.copy, std::ios::binary);
  REQUIRE(old.good());
  REQUIRE(mirrored.store.remove(mirrored.recording).value());
  REQUIRE(mirror.refresh_now().has_value());
  CHECK(mirrored.keys_in_copy() == 0);
  const std::string left{std::istreambuf_iterator<char>(old), {}};
  CHECK(left == std::string(left.size(), '\0'));
  CHECK_FALSE(left.empty());
}

TEST_CASE("mirror: holds one state only, whatever a crash left there", "[keystore]") {
  MirroredStore mirrored;
  std::ofstream(mirrored.folder / "keys.db.new") << "half a copy";
  Mirror mirror(mirrored.path, mirrored.folder, kClock, kQuick);
  REQUIRE(mirror.refresh_now().has_value());
  const auto files = std::filesystem::directory_iterator(mirrored.folder);
  CHECK(std::distance(begin(files), end(files)) == 1);
}

TEST_CASE("mirror: a directory that is not there is told, and taken when it comes", "[keystore]") {
  MirroredStore mirrored;
  std::filesystem::remove(mirrored.folder);
  Mirror mirror(mirrored.path, mirrored.folder, kClock, kQuick);
  REQUIRE(comes_true([&] { return !mirror.state().error.empty(); }));
  CHECK(mirror.state().error == "cannot find the key mirror's directory " +
                                    mirrored.folder.native() + ": no such file or directory");
  CHECK_FALSE(mirror.state().copied_at.has_value());
  CHECK_FALSE(mirror.state().is_current);
  CHECK(mirror.refresh_now().error().hint ==
        "is the disk of recording.key_mirror mounted, and writable for this user?");
  std::filesystem::create_directory(mirrored.folder);
  CHECK(comes_true([&] { return mirror.state().error.empty() && mirror.state().is_current; }));
}

TEST_CASE("mirror: copies what changed last when it ends", "[keystore]") {
  MirroredStore mirrored;
  {
    const Mirror mirror(mirrored.path, mirrored.folder, kClock,
                        {.period = core::Milliseconds(60'000)});
    REQUIRE(comes_true([&] { return mirror.state().is_current; }));
    REQUIRE(mirrored.store.create_key(mirrored.recording, kClock.wall()).has_value());
  }
  CHECK(mirrored.keys_in_copy() == 1);
}

TEST_CASE("mirror: many threads may ask for a copy while keys come and go", "[keystore]") {
  MirroredStore mirrored;
  Mirror mirror(mirrored.path, mirrored.folder, kClock, kQuick);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        const auto recording = core::RecordingId::make(kClock.wall());
        if (!mirrored.store.create_key(recording, kClock.wall())) std::abort();
        (void)mirror.state();
        if (!mirror.refresh_now()) std::abort();
      }
    });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(mirror.refresh_now().has_value());
  CHECK(mirrored.keys_in_copy() == 15);
}

TEST_CASE("mirror: doctor can ask whether a directory would do", "[keystore]") {
  const test::TemporaryDirectory directory;
  CHECK(check_mirror_directory(directory.path()).has_value());
  CHECK(check_mirror_directory(directory.path() / "missing").error().message ==
        "cannot find the key mirror's directory " + (directory.path() / "missing").native() +
            ": no such file or directory");
  const auto file = directory.path() / "file";
  std::ofstream(file) << "x";
  CHECK(check_mirror_directory(file).error().code == core::ExitCode::config);
}

}  // namespace
}  // namespace trunkline::keystore
