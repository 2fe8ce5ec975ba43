// SPDX-License-Identifier: MIT
#pragma once

// The key store (keys.db): one wrapped data key for each recording's file. A recording without its
// row can never be read again, in no copy and no backup: deleting the row is how recordings are
// erased ("crypto-shredding").
//
// Two processes share the file, recorderd (a row for each recording) and the operator's tools
// (rotation, retirement, erasure). They do it by SQLite in WAL mode and by nothing else, no socket
// and no lock of ours, because then the tools work while recorderd is down as they do while it
// runs, and kill -9 of either leaves what SQLite's log says: a row wrapped under the old key or the
// new one, never half. What makes it safe:
//  - every change is one transaction that takes the write lock first; a rewrap does so a batch at a
//    time and pauses between batches for longer than recorderd waits between two looks at the lock,
//    so a new recording's row waits for one batch, some 20 ms, not for a million rows;
//  - which keys are retired stands in the file itself, and a row is inserted only under a key that
//    is not, in one statement: a recorderd whose ring is out of date gets a fault, not a row that
//    nobody can open;
//  - the ring is a file that is replaced whole, and recorderd looks every second whether it was.
//
// Rows are on disk when a function returns, and deleted rows are overwritten in the file and gone
// from the write-ahead log. Wrapping is AES-256-GCM under a KEK of the ring with a random nonce and
// AAD = file id || KEK id. Any thread may call; several processes may have the file open.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "core/time.h"
#include "core/uuid.h"
#include "keystore/key_ring.h"

namespace trunkline::keystore {

/// The key of one sealed file, and the id of the KEK it is wrapped under.
struct DataKey {
  core::Secret key;  ///< 32 bytes
  KeyId wrapped_by;
};

class KeyStore {
 public:
  /// Opens or makes the file (mode 0600). Without a ring (use_ring) rows can be counted and
  /// removed, but no key is made or opened. Throws localdb::Failure.
  explicit KeyStore(const std::filesystem::path& path);
  KeyStore(const std::filesystem::path& path, KeyRing ring);
  ~KeyStore();

  /// Takes a ring that was loaded (again); rows wrapped under keys it lacks cannot be opened.
  void use_ring(KeyRing ring);
  bool has_ring() const;
  /// The KEK that new rows are wrapped under; empty without a ring.
  KeyId current_key() const;

  /// A fresh data key whose row is on disk on return. A second one for the same recording (only the
  /// recovery of a crashed file needs it) becomes the newest; the older stay until drop_older().
  /// A fault without ring (config) or where the file cannot be written (io).
  [[nodiscard]] core::Result<DataKey> create_key(core::RecordingId recording, core::Time now);

  /// The recording's newest key. No row is no_input ("erased, or never recorded here"); a KEK that
  /// the ring lacks is config; a row that was changed is data.
  [[nodiscard]] core::Result<DataKey> open_key(core::RecordingId recording) const;
  /// All its keys, newest first: more than one only while a recovery is under way.
  [[nodiscard]] core::Result<std::vector<DataKey>> open_keys(core::RecordingId recording) const;

  /// Takes back a create_key() whose file could not be made.
  [[nodiscard]] core::Result<void> drop_newest(core::RecordingId recording);
  /// Erases all but the newest key of the recording.
  [[nodiscard]] core::Result<void> drop_older(core::RecordingId recording);
  /// Erases every key of the recording; false if there was none. When it returns, the key is
  /// neither in the file nor in its log. Readers that hold the log up give a fault (try_again): the
  /// row is deleted by then, and calling again finishes the job.
  [[nodiscard]] core::Result<bool> remove(core::RecordingId recording);
  /// The same of many at once, in one transaction: all are erased, or none is. How many of them had
  /// a key.
  [[nodiscard]] core::Result<std::uint64_t> remove_all(
      std::span<const core::RecordingId> recordings);
  bool has_key(core::RecordingId recording) const;

  /// Recordings that have a key here.
  std::uint64_t count() const;
  /// Rows by the KEK that wraps them; reads the whole file.
  std::map<KeyId, std::uint64_t> rows_by_key() const;

  /// A row, without its key.
  struct Listed {
    std::int64_t number = 0;
    core::RecordingId recording;
    KeyId wrapped_by;
    core::Time created;
  };
  /// Up to `limit` rows after `number`, in order; for walking the whole file without holding it.
  std::vector<Listed> rows_after(std::int64_t number, std::size_t limit) const;

  struct Rewrapped {
    std::int64_t last = 0;      ///< give this to the next call
    std::uint64_t rows = 0;     ///< now under the current key
    std::uint64_t failed = 0;   ///< neither opened nor changed: a KEK that is missing, or damage
    std::string first_fault{};  ///< of those
    bool is_done = false;       ///< there is no row behind `last`
  };
  /// Wraps up to `limit` rows after number `after` under the ring's current key, in one
  /// transaction. Rows that are already under it are passed over, so a rewrap that was stopped
  /// anywhere goes on from 0 without doing anything twice.
  [[nodiscard]] core::Result<Rewrapped> rewrap(std::int64_t after, std::size_t limit);
  /// After the last batch: what the rows were is then in neither file nor log. A fault (try_again)
  /// while a reader holds the log up.
  [[nodiscard]] core::Result<void> forget_old_rows();

  /// Marks a KEK as retired: no row will ever be wrapped under it again. A fault (no_permission)
  /// while rows name it, with their number.
  [[nodiscard]] core::Result<void> retire(const KeyId& id);
  bool is_retired(const KeyId& id) const;

  /// Whether the file is whole and every row opens under the ring: rows looked at, and the faults
  /// of those that do not (at most `most`).
  struct Checked {
    std::uint64_t rows = 0;
    std::uint64_t failed = 0;
    std::vector<std::string> faults{};
  };
  [[nodiscard]] core::Result<Checked> check(std::size_t most_faults = 10) const;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  struct State;

  std::filesystem::path path_;
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::keystore
