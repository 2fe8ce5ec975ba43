// SPDX-License-Identifier: MIT
#pragma once

// The key store (keys.db): one wrapped data key for each recording's file. A recording without its
// row can never be read again, in no copy and no backup: deleting the row is how recordings are
// erased ("crypto-shredding").
//
// Rows are on disk when a function returns, and deleted rows are overwritten in the file and gone
// from the write-ahead log. Wrapping is AES-256-GCM under a KEK of the ring with a random nonce and
// AAD = file id || KEK id. Any thread may call; several processes may have the file open.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
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

  /// Recordings that have a key here.
  std::uint64_t count() const;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  struct State;

  std::filesystem::path path_;
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::keystore
