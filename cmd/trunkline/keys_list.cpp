// SPDX-License-Identifier: MIT
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_ring(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const auto ring = core::value_or_throw(keystore::KeyRing::load(places.ring));
  const auto store = open_store(places, ring);
  const auto keys = list_keys(ring, store.get());
  print_keys(context, keys);
  const bool lacks_one = std::any_of(keys.begin(), keys.end(),
                                     [](const ListedKey& key) { return key.state == "missing"; });
  return lacks_one ? core::ExitCode::failed : core::ExitCode::done;
}

}  // namespace

cli::Command keys_list() {
  return {.path = "keys list",
          .summary = "list the recordings' key-encryption keys and what each still opens",
          .description =
              "The current key wraps the data keys of new recordings. A kept one is named by rows "
              "of the key store, an unused one by none: it can be retired. A missing one is named "
              "by rows but is not in the ring: those recordings cannot be read until it is back.",
          .exits = {{core::ExitCode::failed, "rows name a key that the ring lacks"}},
          .examples = {{"trunkline keys list", "which keys there are"},
                       {"trunkline keys list --json | jq -r 'select(.state==\"unused\").key'",
                        "those that can be retired"}},
          .is_paged = true,
          .run = list_ring};
}

}  // namespace trunkline::commands
