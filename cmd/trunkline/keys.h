// SPDX-License-Identifier: MIT
#pragma once

// What the verbs of `trunkline keys` share: where keys lie, the ring under its lock, and the notes
// of what was done.

#include <filesystem>
#include <optional>

#include "cli/context.h"
#include "core/json.h"
#include "keystore/key_ring.h"
#include "keystore/key_store.h"
#include "os/fd.h"

namespace trunkline::commands {

struct KeyPlaces {
  std::filesystem::path ring;
  std::filesystem::path store;   ///< keys.db
  std::filesystem::path mirror;  ///< a directory; empty: none
};
KeyPlaces key_places(const config::Config& config);

/// More than a sealed ring or a sealed key ever takes.
inline constexpr core::ByteCount kLongestExport{4ULL * 1024 * 1024};
/// recorderd keeps the mirror up to date within this.
inline constexpr core::Seconds kMirrorIsLate{60};

/// The ring for a change: nobody else changes it before this goes out of scope.
class RingChange {
 public:
  /// Throws where there is no ring, or another tool changes it now (try_again).
  explicit RingChange(const std::filesystem::path& path);

  keystore::KeyRing& ring() { return ring_; }
  /// Writes it; recorderd takes it within a second.
  void save();

 private:
  std::filesystem::path path_;
  os::Fd lock_;
  keystore::KeyRing ring_;
};

/// The store with the ring; nothing where recorderd has not made one yet.
std::unique_ptr<keystore::KeyStore> open_store(const KeyPlaces& places,
                                               const keystore::KeyRing& ring);

/// One row of key.v1.
struct ListedKey {
  keystore::KeyId id;
  std::optional<core::Time> created;  ///< not known of a key that the ring lacks
  std::string state;                  ///< current, kept, unused, missing
  std::uint64_t rows = 0;
};
/// The ring's keys and those that rows name without the ring having them, with their rows.
std::vector<ListedKey> list_keys(const keystore::KeyRing& ring, const keystore::KeyStore* store);
void print_keys(cli::Context& context, const std::vector<ListedKey>& keys);

/// Adds the keys that the ring lacks; where there is no ring, `imported` becomes it. How many were
/// added. Throws core::Error (data) where a key is another one here.
std::size_t import_ring(const KeyPlaces& places, const keystore::KeyRing& imported);

/// Waits until recorderd wraps under this key, at most some seconds; says so where it does not.
void wait_for_recorderd(cli::Context& context, const keystore::KeyId& id);

/// From --passphrase-file, or asked for at the terminal (twice where it is a new one).
core::Secret passphrase_of(cli::Context& context, bool is_new);
cli::Option passphrase_option();

/// Notes when the ring was exported, where to, and its fingerprint.
void note_export(const config::Config& config, const keystore::KeyRing& ring,
                 const std::filesystem::path& file);
/// The note of the last export.
[[nodiscard]] core::Result<core::Json> read_export_note(const config::Config& config);

}  // namespace trunkline::commands
