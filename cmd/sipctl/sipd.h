// SPDX-License-Identifier: MIT
#pragma once

// What the verbs that ask sipd share: the connection, and how its records are shown.

#include <string>

#include "cli/context.h"
#include "control/client.h"
#include "core/json.h"

namespace trunkline::commands {

/// Throws core::Error where sipd is not there.
control::Client sipd(cli::Context& context);

/// "101 alice" of a call.v1 record's caller or called; the dialled number where nobody is named.
std::string shown_party(const core::Json& call, std::string_view side);
/// The end of an id on a terminal, the whole elsewhere.
std::string shown_id(const cli::Output& out, std::string_view id);
/// The argument CALL, as call show and call hangup take it.
cli::Argument call_argument();

}  // namespace trunkline::commands
