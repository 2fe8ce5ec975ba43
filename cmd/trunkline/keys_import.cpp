// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "keystore/ring_export.h"
#include "os/atomic_file.h"
#include "trunkline/audit.h"
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

core::ExitCode import_keys(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const std::string text =
      core::value_or_throw(os::read_text_file(fs::path(context.value("FILE")), kLongestExport));
  const auto parsed = keystore::parse_sealed_ring(text);
  if (!parsed) throw core::Error(parsed.error());
  const auto imported =
      core::value_or_throw(keystore::open_ring(text, passphrase_of(context, false)));
  const std::size_t added = import_ring(places, imported);
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
      .run = import_keys};
}

}  // namespace trunkline::commands
