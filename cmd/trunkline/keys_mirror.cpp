// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "keystore/mirror.h"
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

core::ExitCode show_mirror(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  if (places.mirror.empty())
    throw core::Error(core::ExitCode::config, "the key store has no mirror",
                      "trunkline config set recording.key_mirror DIRECTORY, on another disk");
  if (context.has("--now"))
    core::value_or_throw(keystore::copy_to_mirror(places.store, places.mirror));
  const auto found = core::value_or_throw(keystore::compare_mirror(places.store, places.mirror));
  const core::Milliseconds age = found.copied_at
                                     ? std::chrono::duration_cast<core::Milliseconds>(
                                           core::system_clock().wall() - *found.copied_at)
                                     : core::Milliseconds(0);
  core::Json object{{"directory", places.mirror.string()},
                    {"is_current", found.is_current()},
                    {"rows", found.rows},
                    {"missing", found.missing},
                    {"erased", found.extra},
                    {"different", found.different}};
  if (found.copied_at) {
    object["copied_at"] = core::to_rfc3339(*found.copied_at);
    object["age_ms"] = age.count();
  }
  cli::Output& out = context.out();
  out.record("key_mirror.v1",
             {{"directory", places.mirror.string()},
              {"state",
               {found.is_current() ? "current" : "behind",
                found.is_current() ? cli::Color::green : cli::Color::red}},
              {"copied", found.copied_at ? out.time(*found.copied_at) : std::string("never")},
              {"rows", out.count(found.rows)},
              {"not in the copy", out.count(found.missing)},
              {"erased, but in the copy", out.count(found.extra)},
              {"wrapped anew since", out.count(found.different)}},
             std::move(object));
  return found.is_current() ? core::ExitCode::done : core::ExitCode::failed;
}

}  // namespace

cli::Command keys_mirror() {
  return {.path = "keys mirror",
          .summary = "compare the key store with its mirror, or bring that up to date now",
          .description =
              "recorderd copies the key store to recording.key_mirror within a minute of each "
              "change. This compares the two row by row: what the copy lacks, and what was erased "
              "and is still in it.",
          .options = {{.name = "--now", .help = "copy first; also while recorderd is down"}},
          .exits = {{core::ExitCode::failed, "the copy is behind, or there is none yet"},
                    {core::ExitCode::config, "recording.key_mirror names no directory"}},
          .examples = {{"trunkline keys mirror", "is it current?"},
                       {"trunkline keys mirror --now", "copy, then compare"}},
          .run = show_mirror};
}

}  // namespace trunkline::commands
