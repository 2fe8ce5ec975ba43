// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "retention/commands.h"
#include "retention/locations.h"
#include "retention/workplace.h"

namespace trunkline::commands {
namespace {

core::ExitCode reapply_erasures(cli::Context& context) {
  const core::Time now = core::system_clock().wall();
  Workplace place(context, "reapply");
  place.resume(now);
  const auto id = core::Uuid::make(now);
  const std::uint64_t known = place.journal().count_done();
  const retention::Erased erased =
      place.run(id, retention::RunKind::reapply, now, 0, [&] { return place.reapply(id, now); });
  const bool is_archived = place.archive_again(now);
  const bool is_mirrored = place.refresh_mirror();
  cli::Output& out = context.out();
  out.record("reapply.v1",
             {{"erased before", out.count(known)},
              {"had come back", fmt::format("{} recordings, {} calls", out.count(erased.recordings),
                                            out.count(erased.calls))},
              {"not erased", out.count(erased.failed)},
              {"run", id.text()}},
             {{"run", id.text()},
              {"known", known},
              {"recordings", erased.recordings},
              {"calls", erased.calls},
              {"failed", erased.failed}});
  const bool is_whole = erased.failed == 0 && is_mirrored && is_archived;
  return is_whole && place.unreached().empty() ? core::ExitCode::done : core::ExitCode::partly;
}

}  // namespace

cli::Command reapply() {
  return {.path = "reapply",
          .summary = "erase again what a restore brought back",
          .description =
              "After the database, the key store or the recordings were restored from a backup: "
              "goes through the erasure journal, which no backup of those replaces, and erases "
              "all that it names. What is gone already stays gone; it can be run at any time. A "
              "sweep does it by itself where it finds the database older than the journal.\n\n"
              "An archived month that holds something of an erased call comes back, is erased in "
              "and archived again. A file that the database names and that is gone is replaced by "
              "the one that took its place.",
          .options = {adopt_option()},
          .exits = erasing_exits(),
          .examples = {{"retention reapply", "after a restore"},
                       {"retention reapply --json", "the same, for a script"}},
          .run = reapply_erasures};
}

}  // namespace trunkline::commands
