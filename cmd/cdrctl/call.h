// SPDX-License-Identifier: MIT
#pragma once

// How calls and recordings are shown.

#include <string>
#include <string_view>
#include <vector>

#include "cdr/call.h"
#include "cli/output.h"

namespace trunkline::commands {

/// "101 alice".
std::string shown(const cdr::Party& party);
/// The disposition, or the state of a live call.
cli::Cell outcome(const cdr::Call& call);
/// The end of an id on a terminal, the whole elsewhere.
std::string short_id(const cli::Output& out, std::string_view id);
/// Everything that is known of the call.
/// The table of calls, one row a call.
void begin_calls(cli::Output& out);
void print_call(cli::Output& out, const cdr::Call& call);
std::vector<cli::Field> fields_of(const cli::Output& out, const cdr::Call& call);
/// Lines about what recorderd saw of each leg ("media.v1").
std::vector<cli::Field> media_fields(const cli::Output& out, const core::Json& media);

}  // namespace trunkline::commands
