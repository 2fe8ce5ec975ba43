// SPDX-License-Identifier: MIT
#include "keystore/key_store.h"

#include <catch2/catch.hpp>

#include "keystore/moment.h"
#include "localdb/database.h"
#include "localdb/statement.h"
#include "support/content.h"
#include "support/temporary_directory.h"

namespace trunkline::keystore {
namespace {

std::string hex(const DataKey& key) {
  return core::to_hex(key.key.reveal());
}

struct StoreOnDisk {
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
      if (test::content_of(file.path()).find(bytes) != std::string::npos) return true;
    return false;
  }
  void tamper(std::string_view sql) const { localdb::Database::open(path).execute(sql); }
};

TEST_CASE("key store: a created key is on disk, wrapped, and opens again", "[keystore]") {
  StoreOnDisk disk;
  const DataKey made = disk.store.create_key(disk.recording, kNow).value();
  CHECK(made.key.size() == kKeySize);
  CHECK(made.wrapped_by == disk.ring.current());
  CHECK(hex(disk.store.open_key(disk.recording).value()) == hex(made));
  CHECK(disk.store.count() == 1);
  CHECK_FALSE(disk.is_anywhere(std::string(core::as_text(made.key.reveal()))));

  // Another process, or this one after a crash.
  const KeyStore again(disk.path, disk.ring);
  CHECK(hex(again.open_key(disk.recording).value()) == hex(made));
  CHECK(hex(disk.store.create_key(core::RecordingId::make(kNow), kNow).value()) != hex(made));
}

TEST_CASE("key store: a removed key is gone from every file", "[keystore]") {
  StoreOnDisk disk;
  REQUIRE(disk.store.create_key(disk.recording, kNow).has_value());
  const std::string wrapped = disk.wrapped();
  CHECK(disk.is_anywhere(wrapped));
  CHECK(disk.store.remove(disk.recording).value());
  CHECK_FALSE(disk.is_anywhere(wrapped));
  CHECK(disk.store.count() == 0);
  CHECK(disk.store.open_key(disk.recording).error() ==
        core::Fault{core::ExitCode::no_input,
                    "there is no key for recording " + disk.recording.text() +
                        ": it was erased, or never recorded here",
                    "the audit log names who erased it"});
  CHECK_FALSE(disk.store.remove(disk.recording).value());
}

TEST_CASE("key store: a second key is the newest, and the older one can be dropped", "[keystore]") {
  StoreOnDisk disk;
  const std::string older = hex(disk.store.create_key(disk.recording, kNow).value());
  const std::string newer = hex(disk.store.create_key(disk.recording, kNow).value());
  CHECK(disk.store.count() == 1);
  CHECK(hex(disk.store.open_key(disk.recording).value()) == newer);
  const auto both = disk.store.open_keys(disk.recording).value();
  REQUIRE(both.size() == 2);
  CHECK(hex(both[0]) == newer);
  CHECK(hex(both[1]) == older);

  SECTION("drop the older") {
    REQUIRE(disk.store.drop_older(disk.recording).has_value());
    CHECK(hex(disk.store.open_key(disk.recording).value()) == newer);
  }
  SECTION("take back the newest") {
    REQUIRE(disk.store.drop_newest(disk.recording).has_value());
    CHECK(hex(disk.store.open_key(disk.recording).value()) == older);
  }
  CHECK(disk.store.open_keys(disk.recording).value().size() == 1);
}

TEST_CASE("key store: without its key-encryption key a row opens nothing", "[keystore]") {
  StoreOnDisk disk;
  REQUIRE(disk.store.create_key(disk.recording, kNow).has_value());
  const KeyId old = disk.ring.current();
  SECTION("no ring at all") {
    KeyStore store(disk.path);
    CHECK_FALSE(store.has_ring());
    CHECK(store.create_key(core::RecordingId::make(kNow), kNow).error() ==
          core::Fault{core::ExitCode::config, "there is no recording key ring",
                      "make one: trunkline init; then: systemctl reload recorderd"});
    CHECK(store.open_key(disk.recording).error().code == core::ExitCode::config);
    CHECK(store.count() == 1);
    CHECK(store.remove(disk.recording).value());  // erasing needs no key
  }
  SECTION("another ring") {
    disk.store.use_ring(KeyRing::generate(kNow));
    CHECK(disk.store.open_key(disk.recording).error() ==
          core::Fault{core::ExitCode::config,
                      "the key of recording " + disk.recording.text() + " is wrapped under '" +
                          old.value() + "', which the key ring lacks",
                      "put that key back into the ring from its backup"});
  }
  SECTION("a ring with a newer key beside it") {
    KeyRing ring = disk.ring;
    const KeyId fresh = ring.add_fresh(kNow);
    disk.store.use_ring(std::move(ring));
    CHECK(disk.store.open_key(disk.recording).value().wrapped_by == old);
    CHECK(disk.store.create_key(core::RecordingId::make(kNow), kNow).value().wrapped_by == fresh);
  }
}

TEST_CASE("key store: a row that was changed or moved does not open", "[keystore]") {
  StoreOnDisk disk;
  REQUIRE(disk.store.create_key(disk.recording, kNow).has_value());
  SECTION("its wrapped key") {
    disk.tamper("update data_key set wrapped = zeroblob(48)");
  }
  SECTION("its wrapped key, cut") {
    disk.tamper("update data_key set wrapped = x'00'");
  }
  SECTION("its nonce") {
    disk.tamper("update data_key set nonce = zeroblob(12)");
  }
  SECTION("its nonce, gone") {
    disk.tamper("update data_key set nonce = x''");
  }
  SECTION("put under another recording") {
    const core::RecordingId other = core::RecordingId::make(kNow);
    disk.tamper("update data_key set recording = x'" + core::to_hex(other.uuid().bytes()) + "'");
    disk.recording = other;
  }
  const auto opened = disk.store.open_key(disk.recording);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == core::ExitCode::data);
  CHECK(opened.error().message ==
        "the key row of recording " + disk.recording.text() + " was changed");
}

TEST_CASE("key store: a file that is none is refused", "[keystore]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "keys.db";
  localdb::Database::open(path).set_schema_version(99);
  CHECK_THROWS_AS(KeyStore(path), core::Error);
}

TEST_CASE("key store: many keys are erased at once, and none is left anywhere", "[keystore]") {
  StoreOnDisk disk;
  std::vector<core::RecordingId> recordings{core::RecordingId::make(kNow)};
  for (int i = 0; i < 3; ++i) recordings.push_back(core::RecordingId::make(kNow));
  for (std::size_t i = 1; i < recordings.size(); ++i)
    REQUIRE(disk.store.create_key(recordings[i], kNow));
  REQUIRE(disk.store.create_key(disk.recording, kNow));
  CHECK(disk.store.remove_all(recordings).value() == 3);
  CHECK(disk.store.count() == 1);
  CHECK(disk.store.has_key(disk.recording));
  CHECK_FALSE(disk.store.has_key(recordings[1]));
  CHECK(std::filesystem::file_size(disk.path.string() + "-wal") == 0);
  CHECK(disk.store.remove_all(recordings).value() == 0);
}

}  // namespace
}  // namespace trunkline::keystore
