// SPDX-License-Identifier: MIT

// The keys' part of a backup (backup_parts.h): to a place of their own.

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sealed_text.h"
#include "directory/site_key.h"
#include "keystore/mirror.h"
#include "keystore/ring_export.h"
#include "os/atomic_file.h"
#include "os/credential.h"
#include "trunkline/backup_erasures.h"
#include "trunkline/backup_parts.h"
#include "trunkline/backup_site.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr crypto::SealedKind kSipKey{.first_line = "trunkline-sipd-key 1",
                                     .name = "copy of sipd's key",
                                     .hint = "take another copy of the file trunkline backup made"};

void require_apart(const config::Config& config, const fs::path& keys) {
  for (const char* const setting : {"recording.path", "backup.target"})
    if (are_nested(keys, config.text(setting)))
      throw core::Error(core::ExitCode::config,
                        fmt::format("the keys' place '{}' is not apart from {}, '{}'",
                                    keys.string(), setting, config.text(setting)),
                        "keys beside recordings lock nothing: give recording.key_mirror a place of "
                        "its own");
}

bool is_ours(const fs::path& path) {
  struct stat owner {};
  return ::geteuid() == 0 || (::stat(path.c_str(), &owner) == 0 && owner.st_uid == ::geteuid());
}

/// The present state of the key store is kept there by recorderd, within a minute. Where it is
/// behind, whoever owns the store may bring it up to date: a copy of another's could not be
/// overwritten by recorderd later.
void copy_store(const KeyPlaces& places, KeysCopied& copied) {
  if (!fs::exists(places.store)) return;
  auto found = keystore::compare_mirror(places.store, places.mirror);
  if ((!found || !found->is_current()) && is_ours(places.store)) {
    if (const auto made = keystore::copy_to_mirror(places.store, places.mirror); !made) {
      copied.left.emplace_back("the key store's copy: " + made.error().message,
                               "trunkline keys mirror --now");
      return;
    }
    found = keystore::compare_mirror(places.store, places.mirror);
  }
  if (!found) {
    copied.left.emplace_back("the key store's copy: " + found.error().message, found.error().hint);
    return;
  }
  copied.facts["rows"] = found->rows;
  const core::Time now = core::system_clock().wall();
  if (found->is_current() || (found->copied_at && now - *found->copied_at < kMirrorIsLate)) return;
  copied.left.emplace_back(
      fmt::format("{} keys that the store's copy lacks", found->missing + found->different),
      "does recorderd run? trunkline keys mirror --now");
}

bool has_export(const config::Config& config, const std::string& fingerprint) {
  const auto note = read_export_note(config);
  return note && core::text_at(*note, "fingerprint") == fingerprint;
}

void write_sealed(const fs::path& file, const std::string& text) {
  core::value_or_throw(os::write_atomically(file, core::as_bytes(text), 0600));
  // Whose the folder is can read it on the day it is needed.
  struct stat owner {};
  if (::geteuid() == 0 && ::stat(file.parent_path().c_str(), &owner) == 0)
    (void)!::chown(file.c_str(), owner.st_uid, owner.st_gid);
}

void seal_keys(const config::Config& config, const KeyPlaces& places, const keystore::KeyRing& ring,
               KeysCopied& copied) {
  const core::Secret passphrase =
      core::value_or_throw(os::read_password(config.text("backup.passphrase_file")));
  const fs::path file = places.mirror / kSealedRing;
  write_sealed(file, core::value_or_throw(keystore::seal_ring(ring, passphrase)));
  note_export(config, ring, file);
  copied.facts["sealed"] = file.string();
  const auto key = directory::read_site_key(config.text("sip.key_file"));
  if (!key && key.error().code == core::ExitCode::no_input) return;  // sipd is on another host
  if (!key) {
    copied.left.emplace_back("sipd's key: " + key.error().message, key.error().hint);
    return;
  }
  write_sealed(places.mirror / kSealedSipKey,
               core::value_or_throw(crypto::seal_text(kSipKey, key->reveal(), passphrase)));
}

}  // namespace

core::Result<core::Secret> open_sip_key(std::string_view text, const core::Secret& passphrase) {
  return crypto::open_text(kSipKey, text, passphrase);
}

KeysCopied copy_keys(cli::Context& context) {
  const config::Config& config = context.config();
  const KeyPlaces places = key_places(config);
  KeysCopied copied;
  copied.facts = core::Json::object();
  if (places.mirror.empty()) {
    copied.left.emplace_back(
        "no key: they have no place of their own",
        "trunkline config set recording.key_mirror DIRECTORY, on another disk");
    return copied;
  }
  require_apart(config, places.mirror);
  if (const auto usable = keystore::check_mirror_directory(places.mirror); !usable) {
    copied.left.emplace_back("no key: " + usable.error().message, usable.error().hint);
    return copied;
  }
  copied.facts["place"] = places.mirror.string();
  copy_store(places, copied);
  if (const auto erasures = copy_erasures(config, places.mirror); !erasures)
    copied.left.emplace_back("the erasure journal's copy: " + erasures.error().message,
                             erasures.error().hint);
  const auto ring = keystore::KeyRing::load(places.ring);
  if (!ring && ring.error().code == core::ExitCode::no_input && !fs::exists(places.store))
    return copied;  // nothing is recorded here
  if (!ring) {
    copied.left.emplace_back(ring.error().message, ring.error().hint);
    return copied;
  }
  copied.facts["ring"] = ring->fingerprint();
  if (!config.text("backup.passphrase_file").empty()) {
    seal_keys(config, places, *ring, copied);
  } else if (!has_export(config, ring->fingerprint())) {
    copied.left.emplace_back("the key ring has no sealed copy",
                             "trunkline config set backup.passphrase_file FILE, or by hand: "
                             "trunkline keys export FILE");
  }
  return copied;
}

}  // namespace trunkline::commands
