// SPDX-License-Identifier: MIT
#pragma once

// For this folder's own files: what a key store is inside, its connection and statements, and how
// a row is opened.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/aead.h"
#include "keystore/key_store.h"
#include "localdb/database.h"
#include "localdb/statement.h"

namespace trunkline::keystore {

/// AAD: a row copied to another recording, or named under another key, does not open.
core::Bytes associated_data(core::RecordingId recording, const KeyId& id);

struct Row {
  KeyId wrapped_by;
  core::Bytes nonce;
  core::Bytes wrapped;
};

inline core::Bytes copy(core::ByteView view) {
  return {view.begin(), view.end()};
}

/// The expanded keys of a ring, each expanded once: a walk over a million rows needs few.
class Expanded {
 public:
  explicit Expanded(const KeyRing& ring) : ring_(ring) {}

  /// nullptr where the ring has no such key.
  crypto::Aead* find(const KeyId& id);

 private:
  const KeyRing& ring_;
  std::map<KeyId, crypto::Aead> keys_;
};

/// The row's data key. Faults: config (the ring lacks its KEK), data (it was changed).
[[nodiscard]] core::Result<DataKey> unwrap(Expanded& ring, core::RecordingId recording,
                                           const Row& row);

core::Fault no_ring();
/// For a ring whose current key is one that rows may not name again.
core::Fault was_retired(const KeyId& id);
core::Fault cannot(std::string_view what, const localdb::Failure& failure);
core::RecordingId recording_at(const localdb::Rows& rows, int column);

struct KeyStore::State {
  explicit State(localdb::Database opened);

  std::vector<Row> rows_of(core::RecordingId recording);

  std::mutex mutex;
  localdb::Database database;
  localdb::Statement insert;
  localdb::Statement select;
  localdb::Statement erase;
  localdb::Statement erase_newest;
  localdb::Statement erase_older;
  localdb::Statement total;
  localdb::Statement by_key;
  localdb::Statement page;
  localdb::Statement rewrap;
  localdb::Statement named;
  localdb::Statement retire;
  localdb::Statement retired;
  std::optional<KeyRing> ring;
};

}  // namespace trunkline::keystore
