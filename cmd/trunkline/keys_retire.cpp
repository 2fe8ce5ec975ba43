// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "keystore/mirror.h"
#include "trunkline/audit.h"
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

void refuse_while_mirrored(const KeyPlaces& places, const keystore::KeyId& id) {
  if (places.mirror.empty()) return;
  const auto rows =
      core::value_or_throw(keystore::mirrored_rows_of(places.store, places.mirror, id));
  if (rows == 0) return;
  throw core::Error(core::ExitCode::no_permission,
                    fmt::format("key '{}' still wraps {} rows of the mirror", id.value(), rows),
                    "bring the mirror up to date: trunkline keys mirror --now");
}

core::ExitCode retire_key(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const auto id = core::value_or_throw(keystore::parse_key_id(context.value("KEY")));
  RingChange change(places.ring);
  core::value_or_throw(change.ring().remove(id));  // in memory: is it there, and not current?
  const auto store = open_store(places, change.ring());
  // Its rows come first: they are what the operator can do something about.
  if (store && !store->rows_by_key().contains(id)) refuse_while_mirrored(places, id);
  if (!context.confirm(fmt::format("take key {} out of the ring for good?", id.value())))
    return core::ExitCode::failed;
  // From here on no row can name it; where this is stopped before the ring is saved, running it
  // again does the rest.
  if (store) core::value_or_throw(store->retire(id));
  change.save();
  note_in_audit(context, "keys.retired", {{"key", id.value()}});
  print_keys(context, list_keys(change.ring(), store.get()));
  return core::ExitCode::done;
}

}  // namespace

cli::Command keys_retire() {
  return {.path = "keys retire",
          .summary = "take a key that wraps nothing any more out of the ring",
          .description =
              "Refused while a row of the key store or of its mirror names the key, and for the "
              "current one. The store remembers what was retired: a recorderd that has not seen "
              "the ring's change records under no retired key.",
          .arguments = {{.name = "KEY", .help = "its id, as keys list shows it"}},
          .exits = {{core::ExitCode::no_permission, "it is current, or rows still name it"},
                    {core::ExitCode::no_input, "the ring has no such key"}},
          .examples = {{"trunkline keys retire 2026-11-21-9f02ab4c", "after keys rewrap"},
                       {"trunkline keys list --json | jq -r 'select(.state==\"unused\").key'",
                        "which can be retired"}},
          .run = retire_key};
}

}  // namespace trunkline::commands
