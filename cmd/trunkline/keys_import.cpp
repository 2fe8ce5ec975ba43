// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "keystore/ring_export.h"
#include "os/atomic_file.h"
#include "os/system_fault.h"
#include "trunkline/audit.h"
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
constexpr core::ByteCount kLongestExport{4ULL * 1024 * 1024};

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

core::ExitCode run(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const std::string text =
      core::value_or_throw(os::read_text_file(fs::path(context.value("FILE")), kLongestExport));
  const auto parsed = keystore::parse_sealed_ring(text);
  if (!parsed) throw core::Error(parsed.error());
  const auto imported =
      core::value_or_throw(keystore::open_ring(text, passphrase_of(context, false)));
  std::size_t added = imported.list().size();
  const bool is_new = !fs::exists(places.ring);
  if (is_new) {
    save_new(places, imported);
  } else {
    RingChange change(places.ring);
    added = merge(change.ring(), imported);
    if (added > 0) change.save();
  }
  if (added > 0) note_in_audit(context, "keys.imported", {{"keys", added}});
  context.note(fmt::format("{} keys added", added));
  const auto ring = core::value_or_throw(keystore::KeyRing::load(places.ring));
  const auto store = open_store(places, ring);
  print_keys(context, list_keys(ring, store.get()));
  return core::ExitCode::done;
}

}  // namespace

cli::Command keys_import() {
  return {
      .path = "keys import",
      .summary = "put the keys of an export into the ring",
      .description =
          "Adds the keys that the ring lacks and leaves the current one as it is. Where there "
          "is no ring at all, on a new host, the export becomes it.",
      .arguments = {{.name = "FILE",
                     .help = "what keys export made",
                     .complete = cli::Complete::file}},
      .options = {passphrase_option()},
      .exits = {{core::ExitCode::no_permission, "the passphrase is wrong"},
                {core::ExitCode::data, "the file is no export, or of another site"}},
      .examples = {{"trunkline keys import /media/stick/ring.export", "asks for the passphrase"},
                   {"trunkline keys list", "what is in the ring then"}},
      .run = run};
}

}  // namespace trunkline::commands
