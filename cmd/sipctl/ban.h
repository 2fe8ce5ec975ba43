// SPDX-License-Identifier: MIT
#pragma once

// What the ban verbs share: the address they name and how a ban is shown.

#include <vector>

#include "cli/context.h"
#include "core/json.h"

namespace trunkline::commands {

/// The argument ADDRESS.
cli::Argument address_argument();
/// The option --reason.
cli::Option reason_option();

/// "banned until 2026-11-21 08:15:00", "banned until it is lifted", "not banned".
std::string shown_state(const cli::Output& out, const core::Json& ban);
/// The record of ban.v1, as why, add and remove answer it.
std::vector<cli::Field> fields_of_ban(const cli::Output& out, const core::Json& ban);

}  // namespace trunkline::commands
