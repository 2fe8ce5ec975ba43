// SPDX-License-Identifier: MIT

// Rotation, retirement and checks of the key store, also by kill -9 and by two processes at once.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <random>

#include "keystore/key_store.h"
#include "keystore/mirror.h"
#include "keystore/moment.h"
#include "localdb/database.h"
#include "support/kills.h"
#include "support/temporary_directory.h"

namespace trunkline::keystore {
namespace {

struct RotatingKeys {
  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "keys.db";
  KeyRing ring = KeyRing::generate(kNow);
  KeyId old = ring.current();
  std::map<core::RecordingId, std::string> keys;

  /// Makes that many keys under the ring's current one.
  void fill(int count) {
    KeyStore store(path, ring);
    for (int i = 0; i < count; ++i) {
      const auto id = core::RecordingId::make(kNow);
      keys[id] = core::to_hex(store.create_key(id, kNow).value().key.reveal());
    }
  }
  KeyId rotate() { return ring.add_fresh(kNow); }
  void check_all_open(const KeyStore& store) const {
    for (const auto& [id, key] : keys) {
      const auto opened = store.open_key(id);
      REQUIRE(opened.has_value());
      REQUIRE(core::to_hex(opened->key.reveal()) == key);
    }
  }
};

/// Walks the store to its end, in batches.
KeyStore::Rewrapped rewrap_all(KeyStore& store, std::size_t batch) {
  KeyStore::Rewrapped all;
  while (!all.is_done) {
    const auto step = store.rewrap(all.last, batch).value();
    all.last = step.last;
    all.rows += step.rows;
    all.failed += step.failed;
    all.is_done = step.is_done;
  }
  return all;
}

TEST_CASE("rotation: rows are wrapped anew, keys stay what they were", "[keystore]") {
  RotatingKeys rotating;
  rotating.fill(25);
  KeyStore store(rotating.path, rotating.ring);
  const KeyId fresh = rotating.rotate();
  store.use_ring(rotating.ring);
  CHECK(store.current_key() == fresh);
  CHECK(store.rows_by_key() == std::map<KeyId, std::uint64_t>{{rotating.old, 25}});

  CHECK(rewrap_all(store, 7).rows == 25);
  CHECK(store.rows_by_key() == std::map<KeyId, std::uint64_t>{{fresh, 25}});
  rotating.check_all_open(store);
  CHECK(rewrap_all(store, 7).rows == 0);  // nothing is done twice

  // What the rows were is in no file any more.
  REQUIRE(store.forget_old_rows().has_value());
  for (const auto& file : std::filesystem::directory_iterator(rotating.directory.path())) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    CHECK(content.find(rotating.old.value()) == std::string::npos);
  }
}

TEST_CASE("rotation: a row that does not open stays as it is and is told", "[keystore]") {
  RotatingKeys rotating;
  rotating.fill(3);
  localdb::Database::open(rotating.path)
      .execute("update data_key set wrapped = zeroblob(48) where number = 2");
  rotating.rotate();
  KeyStore store(rotating.path, rotating.ring);
  const auto done = store.rewrap(0, 100).value();
  CHECK(done.rows == 2);
  CHECK(done.failed == 1);
  CHECK(done.first_fault.ends_with("was changed"));
  const auto checked = store.check().value();
  CHECK(checked.rows == 3);
  CHECK(checked.failed == 1);
  REQUIRE(checked.faults.size() == 1);
  CHECK(checked.faults[0] == done.first_fault);
}

TEST_CASE("retirement: not while a row names the key, and for ever", "[keystore]") {
  RotatingKeys rotating;
  rotating.fill(2);
  KeyStore store(rotating.path, rotating.ring);
  const KeyRing outdated = rotating.ring;
  rotating.rotate();
  store.use_ring(rotating.ring);
  CHECK(store.retire(rotating.old).error() ==
        core::Fault{core::ExitCode::no_permission,
                    "key '" + rotating.old.value() + "' still wraps the keys of 2 recordings",
                    "wrap them under the current key: trunkline keys rewrap"});
  CHECK_FALSE(store.is_retired(rotating.old));
  rewrap_all(store, 100);
  REQUIRE(store.retire(rotating.old).has_value());
  REQUIRE(store.retire(rotating.old).has_value());  // a second time does no harm
  CHECK(store.is_retired(rotating.old));

  // A recorderd that has not seen the new ring gets a fault, not a row that nobody will open.
  KeyStore behind(rotating.path, outdated);
  CHECK(behind.create_key(core::RecordingId::make(kNow), kNow).error() ==
        core::Fault{core::ExitCode::config,
                    "the current key '" + rotating.old.value() + "' of the ring was retired",
                    "take the ring as it is now: systemctl reload recorderd"});
  CHECK(behind.rewrap(0, 10).error().code == core::ExitCode::config);
  CHECK(store.count() == 2);
  rotating.check_all_open(store);
}

TEST_CASE("rotation: a store of the first version is taken over", "[keystore]") {
  RotatingKeys rotating;
  rotating.fill(2);
  localdb::Database::open(rotating.path).execute("drop table retired_key; pragma user_version = 1");
  KeyStore store(rotating.path, rotating.ring);
  rotating.check_all_open(store);
  CHECK_FALSE(store.is_retired(rotating.old));
}

TEST_CASE("rotation: recordings begin and are erased meanwhile", "[keystore]") {
  RotatingKeys rotating;
  rotating.fill(400);
  const KeyRing before = rotating.ring;
  const KeyId fresh = rotating.rotate();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // recorderd, which still has the ring of before: 100 new keys, and one of every four erased.
    KeyStore store(rotating.path, before);
    bool is_well = true;
    for (int i = 0; i < 100; ++i)
      is_well = store.create_key(core::RecordingId::make(kNow), kNow).has_value() && is_well;
    int number = 0;
    for (const auto& [id, key] : rotating.keys)
      if (number++ % 4 == 0) is_well = store.remove(id).value_or(false) && is_well;
    ::_exit(is_well ? 0 : 1);
  }
  KeyStore store(rotating.path, rotating.ring);
  int status = -1;
  while (::waitpid(child, &status, WNOHANG) == 0) rewrap_all(store, 10);
  CHECK(status == 0);
  rewrap_all(store, 10);
  CHECK(store.rows_by_key() == std::map<KeyId, std::uint64_t>{{fresh, 400}});
  int number = 0;
  for (const auto& [id, key] : rotating.keys) {
    if (number++ % 4 == 0) {
      CHECK(store.open_key(id).error().code == core::ExitCode::no_input);
    } else {
      CHECK(core::to_hex(store.open_key(id).value().key.reveal()) == key);
    }
  }
}

TEST_CASE("rotation: kill -9 at random moments loses no key", "[keystore]") {
  RotatingKeys rotating;
  rotating.fill(300);
  std::minstd_rand random(20261125);
  for (int round = 0; round < test::kills(50); ++round) {
    rotating.rotate();
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      KeyStore store(rotating.path, rotating.ring);
      std::int64_t last = 0;
      for (;;) {
        const auto step = store.rewrap(last, 5);
        if (!step) ::_exit(1);
        last = step->last;
        if (::write(ready[1], "x", 1) != 1) ::_exit(1);
        if (step->is_done) ::_exit(0);
      }
    }
    // After so many batches, in the middle of another one.
    char byte = 0;
    const auto batches = random() % 40;
    for (unsigned i = 0; i < batches; ++i)
      if (::read(ready[0], &byte, 1) != 1) break;
    (void)::kill(child, SIGKILL);  // it may have ended
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  KeyStore store(rotating.path, rotating.ring);
  rotating.check_all_open(store);
  CHECK(rewrap_all(store, 50).failed == 0);
  CHECK(store.rows_by_key() == std::map<KeyId, std::uint64_t>{{rotating.ring.current(), 300}});
  rotating.check_all_open(store);
}

TEST_CASE("mirror comparison: tells what is missing, erased and wrapped anew", "[keystore]") {
  RotatingKeys rotating;
  rotating.fill(10);
  const auto folder = rotating.directory.path() / "mirror";
  std::filesystem::create_directory(folder);
  KeyStore store(rotating.path, rotating.ring);
  auto found = compare_mirror(rotating.path, folder).value();
  CHECK_FALSE(found.copied_at.has_value());
  CHECK(found.rows == 10);
  CHECK(found.missing == 10);
  CHECK(mirrored_rows_of(rotating.path, folder, rotating.old).value() == 0);

  REQUIRE(copy_to_mirror(rotating.path, folder).has_value());
  found = compare_mirror(rotating.path, folder).value();
  CHECK(found.is_current());
  CHECK(found.rows == 10);
  CHECK(mirrored_rows_of(rotating.path, folder, rotating.old).value() == 10);

  REQUIRE(store.remove(rotating.keys.begin()->first).value());
  REQUIRE(store.create_key(core::RecordingId::make(kNow), kNow).has_value());
  rotating.rotate();
  store.use_ring(rotating.ring);
  REQUIRE(store.rewrap(0, 4).value().rows == 4);
  found = compare_mirror(rotating.path, folder).value();
  CHECK_FALSE(found.is_current());
  CHECK(found.rows == 10);
  CHECK(found.extra == 1);
  CHECK(found.missing == 1);
  CHECK(found.different == 4);
  CHECK(mirrored_rows_of(rotating.path, folder, rotating.old).value() == 10);

  REQUIRE(copy_to_mirror(rotating.path, folder).has_value());
  CHECK(compare_mirror(rotating.path, folder).value().is_current());
}

}  // namespace
}  // namespace trunkline::keystore
