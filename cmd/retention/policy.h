// SPDX-License-Identifier: MIT
#pragma once

// How policies are shown, and how long is typed.

#include <vector>

#include "cli/context.h"
#include "retention/policies.h"
#include "retention/site.h"

namespace trunkline::commands {

/// "90d", "90" or "forever". Throws core::Error.
std::optional<retention::Days> parse_keep(std::string_view text);
std::string subject_of(const retention::Policy& policy, const Names& names);
/// "policy.v1"
core::Json to_json(const retention::Policy& policy, const Names& names);
void print_policy(cli::Output& out, const retention::Policy& policy, const Names& names);

}  // namespace trunkline::commands
