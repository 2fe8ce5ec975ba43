// SPDX-License-Identifier: MIT
#include "keystore/key_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/random.h"
#include "keystore/key_store_state.h"

namespace trunkline::keystore {
namespace {

constexpr std::int64_t kSchemaVersion = 2;
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
/// Version 2: which keys of the ring no row may name again.
constexpr const char* kRetired = R"(
  create table retired_key(id text primary key, retired_at integer not null) without rowid;
)";

void prepare(localdb::Database& database) {
  if (database.schema_version() < kSchemaVersion) {
    localdb::Transaction transaction(database);
    // Looked at again under the lock: another process may have made them meanwhile.
    const std::int64_t version = database.schema_version();
    if (version < 1) database.execute(kTables);
    if (version < kSchemaVersion) {
      database.execute(kRetired);
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

}  // namespace

core::Bytes associated_data(core::RecordingId recording, const KeyId& id) {
  core::Bytes bytes(recording.uuid().bytes().begin(), recording.uuid().bytes().end());
  const core::ByteView name = core::as_bytes(id.value());
  bytes.insert(bytes.end(), name.begin(), name.end());
  return bytes;
}

crypto::Aead* Expanded::find(const KeyId& id) {
  const auto known = keys_.find(id);
  if (known != keys_.end()) return &known->second;
  const core::Secret* const kek = ring_.find(id);
  return kek == nullptr ? nullptr : &keys_.emplace(id, crypto::Aead(*kek)).first->second;
}

core::Result<DataKey> unwrap(Expanded& ring, core::RecordingId recording, const Row& row) {
  crypto::Aead* const kek = ring.find(row.wrapped_by);
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
      !kek->open(nonce, row.wrapped, associated_data(recording, row.wrapped_by), key.writable()))
    return core::fault(core::ExitCode::data,
                       fmt::format("the key row of recording {} was changed", recording.text()),
                       "restore the key store from its mirror");
  return DataKey{.key = std::move(key), .wrapped_by = row.wrapped_by};
}

core::Fault no_ring() {
  return {core::ExitCode::config, "there is no recording key ring",
          "make one: trunkline init; then: systemctl reload recorderd"};
}

core::Fault was_retired(const KeyId& id) {
  return {core::ExitCode::config,
          fmt::format("the current key '{}' of the ring was retired", id.value()),
          "take the ring as it is now: systemctl reload recorderd"};
}

core::Fault cannot(std::string_view what, const localdb::Failure& failure) {
  return {failure.cause() == localdb::Cause::busy ? core::ExitCode::try_again : core::ExitCode::io,
          fmt::format("cannot {}: {}", what, failure.fault().message), failure.fault().hint};
}

core::RecordingId recording_at(const localdb::Rows& rows, int column) {
  std::array<std::byte, 16> bytes{};
  const core::ByteView blob = rows.blob(column);
  if (blob.size() == bytes.size()) std::copy(blob.begin(), blob.end(), bytes.begin());
  return core::RecordingId(core::Uuid(bytes));
}

KeyStore::State::State(localdb::Database opened)
    : database([&] {
        prepare(opened);
        return std::move(opened);
      }()),
      insert(database,
             "insert into data_key(recording, wrapped_by, nonce, wrapped, created_at) "
             "select ?1, ?2, ?3, ?4, ?5 "
             "where not exists (select 1 from retired_key where id = ?2)"),
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
      total(database, "select count(distinct recording) from data_key"),
      by_key(database, "select wrapped_by, count(*) from data_key group by wrapped_by"),
      page(database,
           "select number, recording, wrapped_by, nonce, wrapped, created_at from data_key "
           "where number > ?1 order by number limit ?2"),
      rewrap(database,
             "update data_key set wrapped_by = ?2, nonce = ?3, wrapped = ?4 where number = ?1"),
      named(database, "select count(*) from data_key where wrapped_by = ?1"),
      retire(database, "insert or ignore into retired_key(id, retired_at) values (?1, ?2)"),
      retired(database, "select 1 from retired_key where id = ?1") {}

std::vector<Row> KeyStore::State::rows_of(core::RecordingId recording) {
  std::vector<Row> found;
  auto rows = select.query(recording.uuid().bytes());
  while (rows.next())
    found.push_back({.wrapped_by = KeyId(std::string(rows.text(0))),
                     .nonce = copy(rows.blob(1)),
                     .wrapped = copy(rows.blob(2))});
  return found;
}

KeyStore::KeyStore(const std::filesystem::path& path)
    : path_(path),
      state_(std::make_unique<State>(
          localdb::Database::open(path, {.overwrites_deleted = true, .waits_closely = true}))) {}

KeyStore::KeyStore(const std::filesystem::path& path, KeyRing ring) : KeyStore(path) {
  use_ring(std::move(ring));
}

KeyStore::~KeyStore() = default;

void KeyStore::use_ring(KeyRing ring) {
  const std::scoped_lock guard(state_->mutex);
  state_->ring = std::move(ring);
}

KeyId KeyStore::current_key() const {
  const std::scoped_lock guard(state_->mutex);
  return state_->ring ? state_->ring->current() : KeyId();
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
    if (state_->database.changes() == 0) return tl::unexpected(was_retired(id));
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
  Expanded ring(*state_->ring);
  try {
    for (const Row& row : state_->rows_of(recording)) {
      auto key = unwrap(ring, recording, row);
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

core::Result<std::uint64_t> KeyStore::remove_all(std::span<const core::RecordingId> recordings) {
  const std::scoped_lock guard(state_->mutex);
  std::uint64_t had_one = 0;
  try {
    localdb::Transaction transaction(state_->database);
    for (const core::RecordingId& recording : recordings) {
      state_->erase.run(recording.uuid().bytes());
      if (state_->database.changes() > 0) ++had_one;
    }
    transaction.commit();
    state_->database.checkpoint_and_truncate();
    return had_one;
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("erase the recordings' keys", failure));
  }
}

bool KeyStore::has_key(core::RecordingId recording) const {
  const std::scoped_lock guard(state_->mutex);
  return !state_->rows_of(recording).empty();
}

std::uint64_t KeyStore::count() const {
  const std::scoped_lock guard(state_->mutex);
  auto rows = state_->total.query();
  return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

}  // namespace trunkline::keystore
