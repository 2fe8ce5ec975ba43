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

core::ExitCode export_keys(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const auto ring = core::value_or_throw(keystore::KeyRing::load(places.ring));
  const fs::path file = fs::absolute(context.value("FILE"));
  if (fs::exists(file) && !context.has("--force"))
    throw core::Error(core::ExitCode::cannot_create,
                      fmt::format("cannot make '{}': it exists", file.string()),
                      "take another name, or --force to replace it");
  const core::Secret passphrase = passphrase_of(context, true);
  const std::string text = core::value_or_throw(keystore::seal_ring(ring, passphrase));
  core::value_or_throw(os::write_atomically(file, core::as_bytes(text), 0600));
  note_export(context.config(), ring, file);
  note_in_audit(context, "keys.exported", {{"file", file.string()}, {"keys", ring.list().size()}});
  context.note("keep it away from this host, from the recordings and from the passphrase");
  context.out().record(
      "key_export.v1", {{"file", file.string()}, {"keys", std::to_string(ring.list().size())}},
      {{"file", file.string()}, {"keys", ring.list().size()}, {"fingerprint", ring.fingerprint()}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command keys_export() {
  return {
      .path = "keys export",
      .summary = "write the key ring to a file, sealed by a passphrase",
      .description =
          "The copy that is kept outside: without the ring no recording can be read again. "
          "The passphrase has at least 12 characters; scrypt (N=2^17, r=8) makes a key of it, "
          "so each guess costs 128 MiB of memory. The file has mode 600 and can lie anywhere. "
          "trunkline doctor complains when the ring has a key that no export has.",
      .arguments = {{.name = "FILE", .help = "the file to make", .complete = cli::Complete::file}},
      .options = {passphrase_option(),
                  {.name = "--force", .help = "replace the file where it exists"}},
      .exits = {{core::ExitCode::cannot_create, "the file exists"}},
      .examples = {{"trunkline keys export /media/stick/ring.export", "asks for a passphrase"},
                   {"trunkline keys import /media/stick/ring.export", "and back again"}},
      .run = export_keys};
}

}  // namespace trunkline::commands
