// SPDX-License-Identifier: MIT

// The keys' part of a restore. What lives here is never replaced by a copy: keys that the living
// store lacks were erased, and stay so.

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "backup/copy.h"
#include "directory/site_key.h"
#include "keystore/mirror.h"
#include "keystore/ring_export.h"
#include "localdb/database.h"
#include "os/atomic_file.h"
#include "os/credential.h"
#include "os/system_fault.h"
#include "trunkline/backup_erasures.h"
#include "trunkline/backup_parts.h"
#include "trunkline/backup_site.h"
#include "trunkline/keys.h"
#include "trunkline/restore_parts.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

/// Where the copies of the keys are: --keys, or recording.key_mirror.
fs::path place_of_keys(cli::Context& context) {
  const std::string given = context.value("--keys");
  return given.empty() ? key_places(context.config()).mirror : fs::absolute(given);
}

/// Asked for once, when it is needed.
class Passphrase {
 public:
  explicit Passphrase(cli::Context& context)
      : context_(context), file_(context.config().text("backup.passphrase_file")) {}

  bool is_at_hand() const { return context_.has("--passphrase-file") || !file_.empty(); }
  const core::Secret& get() {
    if (secret_) return *secret_;
    const bool is_set = !context_.has("--passphrase-file") && !file_.empty();
    secret_ =
        is_set ? core::value_or_throw(os::read_password(file_)) : passphrase_of(context_, false);
    return *secret_;
  }

 private:
  cli::Context& context_;
  std::string file_;
  std::optional<core::Secret> secret_ = {};
};

std::string restore_ring(Passphrase& passphrase, const KeyPlaces& places, const fs::path& from) {
  const fs::path sealed = from / kSealedRing;
  if (!fs::exists(sealed))
    return fs::exists(places.ring) ? "the ring is here" : "the ring has no copy there";
  // Most of the time it is the same, and nobody need be asked to leave it alone.
  if (fs::exists(places.ring) && !passphrase.is_at_hand()) return "the ring is here";
  const std::string text = core::value_or_throw(os::read_text_file(sealed, kLongestExport));
  const auto ring = core::value_or_throw(keystore::open_ring(text, passphrase.get()));
  core::value_or_throw(backup::make_folders(places.ring.parent_path()));
  return fmt::format("{} keys added to the ring", import_ring(places, ring));
}

std::string restore_sip_key(const config::Config& config, Passphrase& passphrase,
                            const fs::path& from) {
  const fs::path file = config.text("sip.key_file");
  if (fs::exists(file) || !fs::exists(from / kSealedSipKey)) return {};
  const std::string text =
      core::value_or_throw(os::read_text_file(from / kSealedSipKey, kLongestExport));
  const core::Secret key = core::value_or_throw(open_sip_key(text, passphrase.get()));
  core::value_or_throw(backup::make_folders(file.parent_path()));
  core::value_or_throw(directory::write_site_key(file, key));
  give_like(file, config.text("sip.state_dir"));
  return ", sipd's key made";
}

std::string restore_store(const config::Config& config, const KeyPlaces& places,
                          const fs::path& from) {
  const fs::path copy = from / places.store.filename();
  if (fs::exists(places.store)) return "the key store is here and stays as it is";
  if (!fs::exists(copy)) return "the key store has no copy there";
  core::value_or_throw(backup::make_folders(places.store.parent_path()));
  // Whole or not at all: under another name until it is.
  const fs::path part = places.store.string() + ".restore";
  (void)core::value_or_throw(backup::copy_file(from, copy.filename().string(), part));
  {
    auto database = localdb::Database::open(part, {.access = localdb::Access::read_write});
    core::value_or_throw(database.check_integrity());
  }
  // An older copy still has what was erased since; the journal of erasures wins.
  std::uint64_t rows = 0;
  std::uint64_t erased = 0;
  {
    keystore::KeyStore store(part);
    for (const core::RecordingId id : erased_recordings(config, from))
      if (core::value_or_throw(store.remove(id))) ++erased;
    rows = store.count();
  }
  for (const char* const ending : {"-wal", "-shm"}) fs::remove(part.string() + ending);
  give_like(part, places.store.parent_path());
  core::value_or_throw(backup::sync_file_system(part));
  core::value_or_throw(backup::rename_synced(part, places.store));
  return fmt::format("{} keys in the key store{}", rows,
                     erased == 0
                         ? std::string()
                         : fmt::format(" ({} were erased since the copy was made)", erased));
}

}  // namespace

RestorePlan plan_keys(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const fs::path from = place_of_keys(context);
  if (from.empty()) return {.says = "no place is named: recording.key_mirror, or --keys DIRECTORY"};
  const auto fate = [](bool is_here, bool is_there) {
    return is_here ? "stays" : (is_there ? "is made" : "has no copy there");
  };
  return {.says = fmt::format(
              "from {}: the ring {}, the key store {}", from.string(),
              fate(fs::exists(places.ring), fs::exists(from / kSealedRing)),
              fate(fs::exists(places.store), fs::exists(from / places.store.filename())))};
}

std::string restore_keys(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const fs::path from = place_of_keys(context);
  if (from.empty()) return "nothing: no place is named";
  // Before any key comes back.
  const bool has_journal = restore_erasures(context.config(), from);
  const std::string store = restore_store(context.config(), places, from);
  Passphrase passphrase(context);
  const std::string ring = restore_ring(passphrase, places, from);
  return fmt::format("{}{}, {}{}", has_journal ? "the erasure journal is back, " : "", store, ring,
                     restore_sip_key(context.config(), passphrase, from));
}

}  // namespace trunkline::commands
