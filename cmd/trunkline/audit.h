// SPDX-License-Identifier: MIT
#pragma once

// The audit lines of what the tools do outside the database.

#include <string_view>

#include "cli/context.h"
#include "core/json.h"

namespace trunkline::commands {

/// Appends "keys.rotated" and the like. While the database is away the act itself goes on, and a
/// warning says that the log does not know of it.
void note_in_audit(cli::Context& context, std::string_view event, const core::Json& detail);

}  // namespace trunkline::commands
