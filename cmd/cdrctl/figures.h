// SPDX-License-Identifier: MIT
#pragma once

// How the figures of calls are shown: as columns of a table.

#include <vector>

#include "cdr/figures.h"
#include "cli/output.h"

namespace trunkline::commands {

/// CALLS, ANSWERED, ASR, NER, ACD, PDD, TALK, MOS, and COST where anything cost money.
std::vector<cli::Column> figure_columns(const cdr::Figures& total);
/// Percents and MOS with a decimal or two on a terminal and on a pipe; durations as cli::Output has
/// them.
std::vector<cli::Cell> figure_cells(const cli::Output& out, const cdr::Figures& figures,
                                    const cdr::Figures& total);

}  // namespace trunkline::commands
