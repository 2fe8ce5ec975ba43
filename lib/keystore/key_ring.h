// SPDX-License-Identifier: MIT
#pragma once

// The key ring: the key-encryption keys (KEK) that wrap the data keys of recordings. It is one
// small text file (schemas/keyring/README.md) that only its owner may read. Exactly one key is
// current: new data keys are wrapped under it; the others stay as long as a row of a key store
// names them.
//
// A ring that others can read, or that holds a key known from documentation and examples, is
// refused: then nothing is recorded, rather than recorded with a lock everybody has the key to.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "core/strong.h"
#include "core/time.h"

namespace trunkline::keystore {

/// Names a KEK for ever: 1 to 64 of a-z 0-9 . _ - (not secret; stands in rows and in the ledger).
using KeyId = core::Strong<std::string, struct KeyIdTag>;

core::Result<KeyId> parse_key_id(std::string_view text);

inline constexpr std::size_t kKeySize = 32;

/// Why these bytes cannot be a random key (zeros, a counter, a repeated pattern, readable text,
/// published test keys), or nothing.
std::optional<std::string> why_not_random(core::ByteView key);

class KeyRing {
 public:
  /// A ring with one fresh key, which is current.
  static KeyRing generate(core::Time now);
  /// The hint of every fault says what to do. A missing file has the code no_input, one that others
  /// can read no_permission, an example key or a malformed file config.
  [[nodiscard]] static core::Result<KeyRing> load(const std::filesystem::path& path);
  [[nodiscard]] static core::Result<KeyRing> parse(std::string_view text);

  /// Adds a fresh key and makes it current.
  KeyId add_fresh(core::Time now);
  /// Adds a key from elsewhere (not current until make_current); refuses a used id, a wrong size
  /// and what why_not_random() knows.
  [[nodiscard]] core::Result<void> add(const KeyId& id, const core::Secret& key,
                                       core::Time created);
  [[nodiscard]] core::Result<void> make_current(const KeyId& id);
  /// Takes a key out; the current one is refused. Ask KeyStore::retire() first whether a row needs
  /// it.
  [[nodiscard]] core::Result<void> remove(const KeyId& id);

  /// Replaces the file; mode 0600, complete or not at all, synced. A file that was another user's
  /// stays theirs when root replaces it.
  [[nodiscard]] core::Result<void> save(const std::filesystem::path& path) const;
  /// The file's text: as secret as the keys.
  core::Secret text() const;

  const KeyId& current() const noexcept { return current_; }
  /// The key's 32 bytes, or nullptr. Valid while the ring is.
  const core::Secret* find(const KeyId& id) const noexcept;

  struct Listed {
    KeyId id;
    core::Time created;
    bool is_current = false;
  };
  std::vector<Listed> list() const;
  /// SHA-256 over the ids of its keys, sorted, in hexadecimal: the same for two rings with the same
  /// keys, and no secret.
  std::string fingerprint() const;

 private:
  struct Key {
    KeyId id;
    core::Time created;
    core::Secret key;
  };
  KeyRing() = default;
  const Key* entry(const KeyId& id) const noexcept;

  std::vector<Key> keys_;
  KeyId current_;
};

}  // namespace trunkline::keystore
