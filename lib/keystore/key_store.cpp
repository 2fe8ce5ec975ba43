// SPDX-License-Identifier: MIT
#include "keystore/key_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "crypto/aead.h"
#include "crypto/random.h"
#include "localdb/database.h"
#include "localdb/statement.h"

namespace trunkline::keystore {
namespace {

constexpr std::int64_t kSchemaVersion = 1;
constexpr const char* kTables = R"(
  create table data_key(
    number integer primary key autoincrement,
    recording blob not null,
    wrapped_by text not null,
    nonce blob not null,
    wrapped blob not null,
    created_at integer not null);
  create index data_key_recording on data_key(recording, number);
)";

void prepare(localdb::Database& database) {
  if (database.schema_version() == 0) {
    localdb::Transaction transaction(database);
    // Looked at again under the lock: another process may have made them meanwhile.
    if (database.schema_version() == 0) {
      database.execute(kTables);
      database.set_schema_version(kSchemaVersion);
    }
    transaction.commit();
  }
  if (database.schema_version() != kSchemaVersion)
    throw core::Error(
        core::ExitCode::data,
        fmt::format("'{}' is not a key store of this version", database.path().string()),
        "restore it from the mirror (recording.key_mirror)");
}

/// AAD: a row copied to another recording, or named under another key, does not open.
core::Bytes associated_data(core::RecordingId recording, const KeyId& id) {
  core::Bytes bytes(recording.uuid().bytes().begin(), recording.uuid().bytes().end());
  const core::ByteView name = core::as_bytes(id.value());
  bytes.insert(bytes.end(), name.begin(), name.end());
  return bytes;
}

struct Row {
  KeyId wrapped_by;
  core::Bytes nonce;
  core::Bytes wrapped;
};

core::Bytes copy(core::ByteView view) {
  return {view.begin(), view.end()};
}

core::Result<DataKey> unwrap(const KeyRing& ring, core::RecordingId recording, const Row& row) {
  const core::Secret* const kek = ring.find(row.wrapped_by);
  if (kek == nullptr)
    return core::fault(core::ExitCode::config,
                       fmt::format("the key of recording {} is wrapped under '{}', which the key "
                                   "ring lacks",
                                   recording.text(), row.wrapped_by.value()),
                       "put that key back into the ring from its backup");
  core::Secret key = core::Secret::of_size(kKeySize);
  crypto::AeadNonce nonce{};
  const bool has_shape =
      row.nonce.size() == nonce.size() && row.wrapped.size() == kKeySize + crypto::kAeadTagSize;
  if (has_shape) std::copy(row.nonce.begin(), row.nonce.end(), nonce.begin());
  if (!has_shape ||
      !crypto::Aead(*kek).open(nonce, row.wrapped, associated_data(recording, row.wrapped_by),
                               key.writable()))
    return core::fault(core::ExitCode::data,
                       fmt::format("the key row of recording {} was changed", recording.text()),
                       "restore the key store from its mirror");
  return DataKey{.key = std::move(key), .wrapped_by = row.wrapped_by};
}

core::Fault no_ring() {
  return {core::ExitCode::config, "there is no recording key ring",
          "make one: trunkline init; then: systemctl reload recorderd"};
}

core::Fault cannot(std::string_view what, const localdb::Failure& failure) {
  return {failure.cause() == localdb::Cause::busy ? core::ExitCode::try_again : core::ExitCode::io,
          fmt::format("cannot {}: {}", what, failure.fault().message), failure.fault().hint};
}

}  // namespace

struct KeyStore::State {
  explicit State(localdb::Database opened)
      : database([&] {
          prepare(opened);
          return std::move(opened);
        }()),
        insert(database,
               "insert into data_key(recording, wrapped_by, nonce, wrapped, created_at) "
               "values (?1, ?2, ?3, ?4, ?5)"),
        select(database,
               "select wrapped_by, nonce, wrapped from data_key where recording = ?1 "
               "order by number desc"),
        erase(database, "delete from data_key where recording = ?1"),
        erase_newest(database,
                     "delete from data_key where number = "
                     "(select max(number) from data_key where recording = ?1)"),
        erase_older(database,
                    "delete from data_key where recording = ?1 and number < "
                    "(select max(number) from data_key where recording = ?1)"),
        total(database, "select count(distinct recording) from data_key") {}

  std::vector<Row> rows_of(core::RecordingId recording) {
    std::vector<Row> found;
    auto rows = select.query(recording.uuid().bytes());
    while (rows.next())
      found.push_back({.wrapped_by = KeyId(std::string(rows.text(0))),
                       .nonce = copy(rows.blob(1)),
                       .wrapped = copy(rows.blob(2))});
    return found;
  }

  std::mutex mutex;
  localdb::Database database;
  localdb::Statement insert;
  localdb::Statement select;
  localdb::Statement erase;
  localdb::Statement erase_newest;
  localdb::Statement erase_older;
  localdb::Statement total;
  std::optional<KeyRing> ring;
};

KeyStore::KeyStore(const std::filesystem::path& path)
    : path_(path),
      state_(std::make_unique<State>(localdb::Database::open(path, {.overwrites_deleted = true}))) {
}

KeyStore::KeyStore(const std::filesystem::path& path, KeyRing ring) : KeyStore(path) {
  use_ring(std::move(ring));
}

KeyStore::~KeyStore() = default;

void KeyStore::use_ring(KeyRing ring) {
  const std::scoped_lock guard(state_->mutex);
  state_->ring = std::move(ring);
}

bool KeyStore::has_ring() const {
  const std::scoped_lock guard(state_->mutex);
  return state_->ring.has_value();
}

core::Result<DataKey> KeyStore::create_key(core::RecordingId recording, core::Time now) {
  const std::scoped_lock guard(state_->mutex);
  if (!state_->ring) return tl::unexpected(no_ring());
  const KeyId& id = state_->ring->current();
  const core::Secret* const kek = state_->ring->find(id);
  DataKey made{.key = crypto::random_secret(kKeySize), .wrapped_by = id};
  crypto::AeadNonce nonce{};
  crypto::fill_random(nonce);
  const core::Bytes wrapped =
      crypto::Aead(*kek).seal(nonce, made.key.reveal(), associated_data(recording, id));
  try {
    state_->insert.run(recording.uuid().bytes(), id.value(), core::ByteView(nonce),
                       core::ByteView(wrapped), core::to_microseconds(now));
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("keep the recording's key", failure));
  }
  return made;
}

core::Result<DataKey> KeyStore::open_key(core::RecordingId recording) const {
  auto keys = open_keys(recording);
  if (!keys) return tl::unexpected(keys.error());
  return std::move(keys->front());
}

core::Result<std::vector<DataKey>> KeyStore::open_keys(core::RecordingId recording) const {
  const std::scoped_lock guard(state_->mutex);
  if (!state_->ring) return tl::unexpected(no_ring());
  std::vector<DataKey> keys;
  try {
    for (const Row& row : state_->rows_of(recording)) {
      auto key = unwrap(*state_->ring, recording, row);
      if (!key) return tl::unexpected(key.error());
      keys.push_back(std::move(*key));
    }
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("read the recording's key", failure));
  }
  if (keys.empty())
    return core::fault(
        core::ExitCode::no_input,
        fmt::format("there is no key for recording {}: it was erased, or never recorded here",
                    recording.text()),
        "the audit log names who erased it");
  return keys;
}

core::Result<void> KeyStore::drop_newest(core::RecordingId recording) {
  const std::scoped_lock guard(state_->mutex);
  try {
    state_->erase_newest.run(recording.uuid().bytes());
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("take back the recording's key", failure));
  }
  return {};
}

core::Result<void> KeyStore::drop_older(core::RecordingId recording) {
  const std::scoped_lock guard(state_->mutex);
  try {
    state_->erase_older.run(recording.uuid().bytes());
    state_->database.checkpoint_and_truncate();
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("erase the recording's older key", failure));
  }
  return {};
}

core::Result<bool> KeyStore::remove(core::RecordingId recording) {
  const std::scoped_lock guard(state_->mutex);
  try {
    state_->erase.run(recording.uuid().bytes());
    const bool was_there = state_->database.changes() > 0;
    // Also when nothing was deleted now: an earlier call may have been stopped short of this.
    state_->database.checkpoint_and_truncate();
    return was_there;
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("erase the recording's key", failure));
  }
}

std::uint64_t KeyStore::count() const {
  const std::scoped_lock guard(state_->mutex);
  auto rows = state_->total.query();
  return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

}  // namespace trunkline::keystore
