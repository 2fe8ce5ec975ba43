// SPDX-License-Identifier: MIT
#include "trunkline/keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "os/atomic_file.h"
#include "os/credential.h"
#include "os/system_fault.h"
#include "trunkline/backup_site.h"
#include "trunkline/daemons.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr core::Seconds kRecorderdTakesIt{10};
constexpr core::Milliseconds kBetweenLooks{100};
constexpr core::ByteCount kLongestExportNote{65'536};

fs::path export_note(const config::Config& config) {
  return fs::path(config.text("backup.state_dir")) / "key_export.json";
}

cli::Color key_color(std::string_view state) {
  if (state == "current") return cli::Color::green;
  return state == "missing" ? cli::Color::red : cli::Color::none;
}

bool are_equal(const core::Secret& left, const core::Secret& right) {
  return left.reveal_text() == right.reveal_text();
}

/// Adds what `ring` lacks; the number of keys added.
std::size_t merge(keystore::KeyRing& ring, const keystore::KeyRing& from) {
  std::size_t added = 0;
  for (const auto& key : from.list()) {
    const core::Secret& secret = *from.find(key.id);
    const core::Secret* const present = ring.find(key.id);
    if (present != nullptr && !are_equal(*present, secret))
      throw core::Error(
          core::ExitCode::data,
          fmt::format("key '{}' is another one in the export than in the ring", key.id.value()),
          "is it the export of another site? nothing was changed");
    if (present != nullptr) continue;
    core::value_or_throw(ring.add(key.id, secret, key.created));
    ++added;
  }
  return added;
}

/// A ring where there was none belongs to whom the key store's folder belongs.
void save_new(const KeyPlaces& places, const keystore::KeyRing& ring) {
  core::value_or_throw(ring.save(places.ring));
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(places.store.parent_path().c_str(), &owner) != 0) return;
  if (::chown(places.ring.c_str(), owner.st_uid, owner.st_gid) != 0)
    throw os::system_error(fmt::format("give recorderd '{}'", places.ring.string()), errno);
}

}  // namespace

KeyPlaces key_places(const config::Config& config) {
  return {.ring = config.text("recording.key_ring"),
          .store = fs::path(config.text("media.state_dir")) / "keys.db",
          .mirror = config.text("recording.key_mirror")};
}

RingChange::RingChange(const fs::path& path)
    : path_(path),
      lock_(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      ring_([&] {
        if (lock_ && ::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
          throw core::Error(core::ExitCode::try_again,
                            fmt::format("cannot change '{}': another tool does", path.string()),
                            "try again when it is done");
        return core::value_or_throw(keystore::KeyRing::load(path));
      }()) {}

void RingChange::save() {
  core::value_or_throw(ring_.save(path_));
}

std::unique_ptr<keystore::KeyStore> open_store(const KeyPlaces& places,
                                               const keystore::KeyRing& ring) {
  std::error_code failure;
  if (!fs::exists(places.store, failure)) {
    if (failure)
      throw os::system_error(fmt::format("look at '{}'", places.store.string()), failure.value());
    return nullptr;
  }
  return std::make_unique<keystore::KeyStore>(places.store, ring);
}

std::vector<ListedKey> list_keys(const keystore::KeyRing& ring, const keystore::KeyStore* store) {
  std::map<keystore::KeyId, std::uint64_t> rows;
  if (store != nullptr) rows = store->rows_by_key();
  std::vector<ListedKey> keys;
  for (const auto& key : ring.list()) {
    const std::uint64_t count = rows[key.id];
    rows.erase(key.id);
    keys.push_back({.id = key.id,
                    .created = key.created,
                    .state = key.is_current ? "current" : (count > 0 ? "kept" : "unused"),
                    .rows = count});
  }
  for (const auto& [id, count] : rows)
    keys.push_back({.id = id, .created = {}, .state = "missing", .rows = count});
  return keys;
}

void print_keys(cli::Context& context, const std::vector<ListedKey>& keys) {
  cli::Output& out = context.out();
  out.table("key.v1", {{"KEY"}, {"STATE"}, {"RECORDINGS", cli::Align::right}, {"CREATED"}});
  for (const ListedKey& key : keys) {
    core::Json object{{"key", key.id.value()}, {"state", key.state}, {"rows", key.rows}};
    if (key.created) object["created_at"] = core::to_rfc3339(*key.created);
    out.row({key.id.value(),
             {key.state, key_color(key.state)},
             out.count(key.rows),
             key.created ? out.time(*key.created) : std::string()},
            std::move(object));
  }
}

std::size_t import_ring(const KeyPlaces& places, const keystore::KeyRing& imported) {
  if (!fs::exists(places.ring)) {
    save_new(places, imported);
    return imported.list().size();
  }
  RingChange change(places.ring);
  const std::size_t added = merge(change.ring(), imported);
  if (added > 0) change.save();
  return added;
}

void wait_for_recorderd(cli::Context& context, const keystore::KeyId& id) {
  const core::Clock& clock = core::system_clock();
  const auto until = clock.steady() + kRecorderdTakesIt;
  for (;;) {
    const auto status = ask_daemon(context.config(), kDaemons[1], "status");
    if (!status) {
      context.note("recorderd does not answer: it takes the key when it starts");
      return;
    }
    if (core::text_at(member(*status, "keys"), "current") == id.value()) return;
    if (clock.steady() > until) break;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  context.warn("recorderd still wraps new keys under another key",
               "does it use this key ring? journalctl -u recorderd");
}

core::Secret passphrase_of(cli::Context& context, bool is_new) {
  if (context.has("--passphrase-file"))
    return core::value_or_throw(os::read_password(context.value("--passphrase-file")));
  core::Secret passphrase = context.ask_secret("passphrase");
  if (!is_new || !context.out().is_terminal()) return passphrase;
  const core::Secret again = context.ask_secret("the same again");
  if (passphrase.reveal_text() != again.reveal_text())
    throw core::Error(core::ExitCode::usage, "the two passphrases differ", "try again");
  return passphrase;
}

cli::Option passphrase_option() {
  return {.name = "--passphrase-file",
          .help = "read the passphrase from this file, its owner's alone, instead of asking",
          .value = "FILE",
          .complete = cli::Complete::file};
}

void note_export(const config::Config& config, const keystore::KeyRing& ring,
                 const fs::path& file) {
  (void)backup_state(config);
  const core::Json note{{"at", core::to_rfc3339(core::system_clock().wall())},
                        {"fingerprint", ring.fingerprint()},
                        {"file", file.string()}};
  core::value_or_throw(
      os::write_atomically(export_note(config), core::as_bytes(core::to_line(note)), 0644));
}

core::Result<core::Json> read_export_note(const config::Config& config) {
  const auto text = os::read_text_file(export_note(config), kLongestExportNote);
  if (!text) return tl::unexpected(text.error());
  return core::parse_json(*text);
}

}  // namespace trunkline::commands
