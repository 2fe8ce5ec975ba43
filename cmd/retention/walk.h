// SPDX-License-Identifier: MIT
#pragma once

// How `compact` and `move` go through recordings: page by page in the order of their ids, so that a
// run that was stopped is gone on with by the next.

#include <functional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "core/uuid.h"

namespace trunkline::commands {

/// One: whatever has a member `recording`.
template <class One>
struct RecordingWalk {
  /// At most so many of those behind `after`; fewer are the last.
  std::function<std::vector<One>(core::RecordingId after, int at_most)> page;
  std::function<std::string()> state;    ///< what the line of progress says
  std::function<bool(const One&)> take;  ///< false: it told something below that line
};

/// Until there is none left, or --limit (0: all) were taken; false where an interrupt ended it.
template <class One>
bool walk_recordings(cli::Context& context, const RecordingWalk<One>& walk) {
  constexpr int kAtOnce = 200;
  const std::uint64_t most = context.number("--limit").value_or(0);
  const cli::InterruptHold interrupt;
  cli::Progress progress(context);
  core::RecordingId last;
  std::uint64_t seen = 0;
  for (bool goes_on = true; goes_on;) {
    const std::vector<One> page = walk.page(last, kAtOnce);
    goes_on = static_cast<int>(page.size()) == kAtOnce;
    for (const One& one : page) {
      if (interrupt.is_requested()) return false;
      if (most > 0 && seen == most) return true;
      last = one.recording;
      ++seen;
      progress.show(walk.state());
      if (!walk.take(one)) progress.clear();
    }
  }
  return true;
}

/// The exit of such a run: interrupted, partly where some failed, or done.
core::ExitCode walk_exit(cli::Context& context, bool is_whole, std::uint64_t failed);

}  // namespace trunkline::commands
