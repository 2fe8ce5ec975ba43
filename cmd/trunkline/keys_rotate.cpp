// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "trunkline/audit.h"
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

core::ExitCode rotate_key(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  RingChange change(places.ring);
  const auto store = open_store(places, change.ring());
  const keystore::KeyId before = change.ring().current();
  if (context.has("--to")) {
    const auto id = core::value_or_throw(keystore::parse_key_id(context.value("--to")));
    if (store && store->is_retired(id))
      throw core::Error(core::ExitCode::no_permission,
                        fmt::format("key '{}' was retired", id.value()),
                        "begin a fresh one: trunkline keys rotate");
    core::value_or_throw(change.ring().make_current(id));
  } else {
    change.ring().add_fresh(core::system_clock().wall());
  }
  const keystore::KeyId now = change.ring().current();
  if (now != before) {
    change.save();
    wait_for_recorderd(context, now);
    note_in_audit(context, "keys.rotated", {{"from", before.value()}, {"to", now.value()}});
    context.note(
        "old recordings open as before; to wrap them under it, too: trunkline keys "
        "rewrap; then: trunkline keys export");
  }
  print_keys(context, list_keys(change.ring(), store.get()));
  return core::ExitCode::done;
}

}  // namespace

cli::Command keys_rotate() {
  return {.path = "keys rotate",
          .summary = "begin a fresh key for new recordings",
          .description =
              "Adds a fresh key to the ring and makes it current. recorderd takes it within a "
              "second while it runs, calls and recordings go on. No recording's file is touched, "
              "and what was recorded before opens with its old key, which stays in the ring.",
          .options = {{.name = "--to",
                       .help = "make this key of the ring current instead of a fresh one",
                       .value = "KEY"}},
          .examples = {{"trunkline keys rotate", "begin a fresh key"},
                       {"trunkline keys rotate --to vault-2027", "use one that was added"}},
          .run = rotate_key};
}

}  // namespace trunkline::commands
