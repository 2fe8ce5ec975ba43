// SPDX-License-Identifier: MIT
#pragma once

// How recordings are found and shown by the recording verbs.

#include <vector>

#include "catalogue/recordings.h"
#include "cli/context.h"

namespace trunkline::commands {

cli::Cell status_of(const catalogue::Recording& recording);
std::vector<cli::Field> fields_of(const cli::Output& out, const catalogue::Recording& recording);

/// recorderd's own list while PostgreSQL is away: by id, its end, its call's id or "last". Throws
/// core::Error.
catalogue::Recording find_at_recorderd(cli::Context& context, const std::string& which);

}  // namespace trunkline::commands
