// SPDX-License-Identifier: MIT
#include "retention/walk.h"

namespace trunkline::commands {

core::ExitCode walk_exit(cli::Context& context, bool is_whole, std::uint64_t failed) {
  if (!is_whole) {
    context.note("stopped; the next run goes on here");
    return core::ExitCode::interrupted;
  }
  return failed > 0 ? core::ExitCode::partly : core::ExitCode::done;
}

}  // namespace trunkline::commands
