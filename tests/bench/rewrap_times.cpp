// SPDX-License-Identifier: MIT

// rewrap_times FOLDER KEYS
//
// Makes a key store of so many keys in FOLDER and wraps them under a fresh key, as `trunkline keys
// rewrap` does, while another thread makes new keys as recorderd does. Prints
// "KEYS MILLISECONDS NEW-KEYS SLOWEST-NEW-KEY-MILLISECONDS".

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "crypto/aead.h"
#include "crypto/random.h"
#include "keystore/key_store.h"
#include "localdb/statement.h"

namespace {

namespace core = trunkline::core;
namespace crypto = trunkline::crypto;
namespace keystore = trunkline::keystore;
namespace localdb = trunkline::localdb;

constexpr std::size_t kBatch = 2000;
constexpr core::Milliseconds kPause{2};

void fill(const std::filesystem::path& path, const keystore::KeyRing& ring, std::uint64_t count) {
  const keystore::KeyStore makes_tables(path, ring);
  auto database = localdb::Database::open(path);
  localdb::Statement insert(database,
                            "insert into data_key(recording, wrapped_by, nonce, wrapped, "
                            "created_at) values (?1, ?2, ?3, ?4, ?5)");
  crypto::Aead kek(*ring.find(ring.current()));
  const std::string& id = ring.current().value();
  const core::Time now = core::system_clock().wall();
  localdb::Transaction transaction(database);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto recording = core::RecordingId::make(now);
    core::Bytes associated(recording.uuid().bytes().begin(), recording.uuid().bytes().end());
    for (const char c : id) associated.push_back(static_cast<std::byte>(c));
    crypto::AeadNonce nonce{};
    crypto::fill_random(nonce);
    const core::Bytes wrapped = kek.seal(nonce, crypto::random_bytes(32), associated);
    insert.run(recording.uuid().bytes(), id, core::ByteView(nonce), core::ByteView(wrapped),
               core::to_microseconds(now));
  }
  transaction.commit();
}

void measure(const std::filesystem::path& path, std::uint64_t count) {
  const core::Clock& clock = core::system_clock();
  auto ring = keystore::KeyRing::generate(clock.wall());
  fill(path, ring, count);
  ring.add_fresh(clock.wall());
  std::atomic<bool> is_over{false};
  std::uint64_t made = 0;
  core::Microseconds slowest{0};
  std::thread recorderd([&] {
    keystore::KeyStore store(path, ring);
    while (!is_over) {
      const auto begun = clock.steady();
      (void)core::value_or_throw(
          store.create_key(core::RecordingId::make(clock.wall()), clock.wall()));
      slowest =
          std::max(slowest, std::chrono::duration_cast<core::Microseconds>(clock.steady() - begun));
      ++made;
      std::this_thread::sleep_for(core::Milliseconds(20));
    }
  });
  keystore::KeyStore store(path, ring);
  const auto begun = clock.steady();
  std::uint64_t rows = 0;
  for (std::int64_t after = 0;;) {
    const auto step = core::value_or_throw(store.rewrap(after, kBatch));
    after = step.last;
    rows += step.rows;
    if (step.is_done) break;
    std::this_thread::sleep_for(kPause);
  }
  core::value_or_throw(store.forget_old_rows());
  const auto took = std::chrono::duration_cast<core::Milliseconds>(clock.steady() - begun);
  is_over = true;
  recorderd.join();
  fmt::print("{} {} {} {:.1f}\n", rows, took.count(), made,
             static_cast<double>(slowest.count()) / 1000);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: rewrap_times FOLDER KEYS\n");
    return 64;
  }
  try {
    measure(std::filesystem::path(argv[1]) / "keys.db", std::stoull(argv[2]));
  } catch (const std::exception& failure) {
    fmt::print(stderr, "rewrap_times: {}\n", failure.what());
    return 1;
  }
  return 0;
}
