// SPDX-License-Identifier: MIT
#include "keystore/key_store.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "localdb/database.h"
#include "localdb/statement.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::keystore {
namespace {

const core::Time kNow = test::FakeClock().wall();

std::string hex(const DataKey& key) {
  return core::to_hex(key.key.reveal());
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct World {
  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "keys.db";
  KeyRing ring = KeyRing::generate(kNow);
  KeyStore store{path, ring};
  core::RecordingId recording = core::RecordingId::make(kNow);

  // The wrapped key of the only row, as it is on the disk.
  std::string wrapped() const {
    auto database = localdb::Database::open(path);
    localdb::Statement select(database, "select wrapped from data_key");
    auto rows = select.query();
    REQUIRE(rows.next());
    return std::string(core::as_text(rows.blob(0)));
  }
  bool is_anywhere(const std::string& bytes) const {
    for (const auto& file : std::filesystem::directory_iterator(directory.path()))
      if (content_of(file.path()).find(bytes) != std::string::npos) return true;
    return false;
  }
  void tamper(std::string_view sql) const { localdb::Database::open(path).execute(sql); }
};

TEST_CASE("key store: a created key is on disk, wrapped, and opens again", "[keystore]") {
  World world;
  const DataKey made = world.store.create_key(world.recording, kNow).value();
  CHECK(made.key.size() == kKeySize);
  CHECK(made.wrapped_by == world.ring.current());
  CHECK(hex(world.store.open_key(world.recording).value()) == hex(made));
  CHECK(world.store.count() == 1);
  CHECK_FALSE(world.is_anywhere(std::string(core::as_text(made.key.reveal()))));

  // Another process, or this one after a crash.
  const KeyStore again(world.path, world.ring);
  CHECK(hex(again.open_key(world.recording).value()) == hex(made));
  CHECK(hex(world.store.create_key(core::RecordingId::make(kNow), kNow).value()) != hex(made));
}

TEST_CASE("key store: a removed key is gone from every file", "[keystore]") {
  World world;
  REQUIRE(world.store.create_key(world.recording, kNow).has_value());
  const std::string wrapped = world.wrapped();
  CHECK(world.is_anywhere(wrapped));
  CHECK(world.store.remove(world.recording).value());
  CHECK_FALSE(world.is_anywhere(wrapped));
  CHECK(world.store.count() == 0);
  CHECK(world.store.open_key(world.recording).error() ==
        core::Fault{core::ExitCode::no_input,
                    "there is no key for recording " + world.recording.text() +
                        ": it was erased, or never recorded here",
                    "the audit log names who erased it"});
  CHECK_FALSE(world.store.remove(world.recording).value());
}

TEST_CASE("key store: a second key is the newest, and the older one can be dropped", "[keystore]") {
  World world;
  const std::string older = hex(world.store.create_key(world.recording, kNow).value());
  const std::string newer = hex(world.store.create_key(world.recording, kNow).value());
  CHECK(world.store.count() == 1);
  CHECK(hex(world.store.open_key(world.recording).value()) == newer);
  const auto both = world.store.open_keys(world.recording).value();
  REQUIRE(both.size() == 2);
  CHECK(hex(both[0]) == newer);
  CHECK(hex(both[1]) == older);

  SECTION("drop the older") {
    REQUIRE(world.store.drop_older(world.recording).has_value());
    CHECK(hex(world.store.open_key(world.recording).value()) == newer);
  }
  SECTION("take back the newest") {
    REQUIRE(world.store.drop_newest(world.recording).has_value());
    CHECK(hex(world.store.open_key(world.recording).value()) == older);
  }
  CHECK(world.store.open_keys(world.recording).value().size() == 1);
}

TEST_CASE("key store: without its key-encryption key a row opens nothing", "[keystore]") {
  World world;
  REQUIRE(world.store.create_key(world.recording, kNow).has_value());
  const KeyId old = world.ring.current();
  SECTION("no ring at all") {
    KeyStore store(world.path);
    CHECK_FALSE(store.has_ring());
    CHECK(store.create_key(core::RecordingId::make(kNow), kNow).error() ==
          core::Fault{core::ExitCode::config, "there is no recording key ring",
                      "make one: trunkline init; then: systemctl reload recorderd"});
    CHECK(store.open_key(world.recording).error().code == core::ExitCode::config);
    CHECK(store.count() == 1);
    CHECK(store.remove(world.recording).value());  // erasing needs no key
  }
  SECTION("another ring") {
    world.store.use_ring(KeyRing::generate(kNow));
    CHECK(world.store.open_key(world.recording).error() ==
          core::Fault{core::ExitCode::config,
                      "the key of recording " + world.recording.text() + " is wrapped under '" +
                          old.value() + "', which the key ring lacks",
                      "put that key back into the ring from its backup"});
  }
  SECTION("a ring with a newer key beside it") {
    KeyRing ring = world.ring;
    const KeyId fresh = ring.add_fresh(kNow);
    world.store.use_ring(std::move(ring));
    CHECK(world.store.open_key(world.recording).value().wrapped_by == old);
    CHECK(world.store.create_key(core::RecordingId::make(kNow), kNow).value().wrapped_by == fresh);
  }
}

TEST_CASE("key store: a row that was changed or moved does not open", "[keystore]") {
  World world;
  REQUIRE(world.store.create_key(world.recording, kNow).has_value());
  SECTION("its wrapped key") {
    world.tamper("update data_key set wrapped = zeroblob(48)");
  }
  SECTION("its wrapped key, cut") {
    world.tamper("update data_key set wrapped = x'00'");
  }
  SECTION("its nonce") {
    world.tamper("update data_key set nonce = zeroblob(12)");
  }
  SECTION("its nonce, gone") {
    world.tamper("update data_key set nonce = x''");
  }
  SECTION("put under another recording") {
    const core::RecordingId other = core::RecordingId::make(kNow);
    world.tamper("update data_key set recording = x'" + core::to_hex(other.uuid().bytes()) + "'");
    world.recording = other;
  }
  const auto opened = world.store.open_key(world.recording);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == core::ExitCode::data);
  CHECK(opened.error().message ==
        "the key row of recording " + world.recording.text() + " was changed");
}

TEST_CASE("key store: a file that is none is refused", "[keystore]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "keys.db";
  localdb::Database::open(path).set_schema_version(99);
  CHECK_THROWS_AS(KeyStore(path), core::Error);
}

TEST_CASE("key store: many keys are erased at once, and none is left anywhere", "[keystore]") {
  World world;
  std::vector<core::RecordingId> recordings{core::RecordingId::make(kNow)};
  for (int i = 0; i < 3; ++i) recordings.push_back(core::RecordingId::make(kNow));
  for (std::size_t i = 1; i < recordings.size(); ++i)
    REQUIRE(world.store.create_key(recordings[i], kNow));
  REQUIRE(world.store.create_key(world.recording, kNow));
  CHECK(world.store.remove_all(recordings).value() == 3);
  CHECK(world.store.count() == 1);
  CHECK(world.store.has_key(world.recording));
  CHECK_FALSE(world.store.has_key(recordings[1]));
  CHECK(std::filesystem::file_size(world.path.string() + "-wal") == 0);
  CHECK(world.store.remove_all(recordings).value() == 0);
}

}  // namespace
}  // namespace trunkline::keystore
