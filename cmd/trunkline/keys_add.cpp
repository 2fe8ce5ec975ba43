// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "core/text.h"
#include "os/credential.h"
#include "trunkline/audit.h"
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

core::ExitCode add_key(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const auto id = core::value_or_throw(keystore::parse_key_id(context.value("KEY")));
  const core::Secret text = context.value("FILE") == "-"
                                ? context.ask_secret("key")
                                : core::value_or_throw(os::read_password(context.value("FILE")));
  const auto bytes = core::from_hex(text.reveal_text());
  if (!bytes)
    throw core::Error(core::ExitCode::data,
                      fmt::format("cannot add key '{}': it is not hexadecimal", id.value()),
                      "a key is 64 digits: openssl rand -hex 32");
  RingChange change(places.ring);
  core::value_or_throw(
      change.ring().add(id, core::Secret(core::ByteView(*bytes)), core::system_clock().wall()));
  change.save();
  note_in_audit(context, "keys.added", {{"key", id.value()}});
  context.note("it is not current: trunkline keys rotate --to " + id.value());
  const auto store = open_store(places, change.ring());
  auto keys = list_keys(change.ring(), store.get());
  std::erase_if(keys, [&](const ListedKey& key) { return key.id != id; });
  print_keys(context, keys);
  return core::ExitCode::done;
}

}  // namespace

cli::Command keys_add() {
  return {.path = "keys add",
          .summary = "put a key from elsewhere into the key ring",
          .description =
              "The key is 64 hexadecimal digits in a file that only its owner may read, "
              "or on standard input. Keys known from examples are refused. The new key "
              "opens what was wrapped under it; it is not current.",
          .arguments = {{.name = "KEY", .help = "its id: a-z 0-9 . _ -"},
                        {.name = "FILE",
                         .help = "where the digits are; - is standard input",
                         .complete = cli::Complete::file}},
          .exits = {{core::ExitCode::config, "the id is taken, or the key is no random one"}},
          .examples = {{"trunkline keys add old-site /root/old.key", "a key of another host"},
                       {"openssl rand -hex 32 | trunkline keys add vault-2027 -",
                        "a key made by another generator"}},
          .run = add_key};
}

}  // namespace trunkline::commands
