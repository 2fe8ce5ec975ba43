// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "retention/commands.h"
#include "retention/locations.h"
#include "retention/workplace.h"

namespace trunkline::commands {
namespace {

core::ExitCode run(cli::Context& context) {
  const core::Time now = core::system_clock().wall();
  Workplace place(context, "reapply");
  place.resume(now);
  const auto id = core::Uuid::make(now);
  const std::uint64_t known = place.journal().count_done();
  const retention::Erased erased = place.run(id, retention::RunKind::reapply, now, 0, [&] {
    return retention::Eraser(place.parts(), id, retention::RunKind::reapply).reapply();
  });
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
  return erased.failed > 0 || !is_mirrored ? core::ExitCode::partly : core::ExitCode::done;
}

}  // namespace

cli::Command reapply() {
  return {.path = "reapply",
          .summary = "erase again what a restore brought back",
          .description =
              "After the database, the key store or the recordings were restored from a backup: "
              "goes through the erasure journal, which no backup of those replaces, and erases "
              "all that it names. What is gone already stays gone; it can be run at any time. A "
              "sweep does it by itself where it finds the database older than the journal.",
          .options = {adopt_option()},
          .exits = erasing_exits(),
          .examples = {{"retention reapply", "after a restore"},
                       {"retention reapply --json", "the same, for a script"}},
          .run = run};
}

}  // namespace trunkline::commands
