// SPDX-License-Identifier: MIT
#pragma once

// How holds are shown.

#include <vector>

#include "cli/context.h"
#include "retention/holds.h"
#include "retention/site.h"

namespace trunkline::commands {

/// "held", "released", "ended", "waits for a second release".
std::string state_of(const retention::Hold& hold, core::Time now);
std::string scope_of(const retention::Hold& hold, const cli::Output& out);
/// "hold.v1"
core::Json to_json(const retention::Hold& hold, const Names& names, core::Time now);
/// `object`: what to_json() gave, with more in it where there is more.
void print_hold(cli::Output& out, const retention::Hold& hold, const Names& names, core::Time now,
                const std::vector<cli::Field>& more, core::Json object);

/// What a hold covers that is here, and how much of it is beyond its time.
struct Covered {
  retention::Total calls;
  retention::Total recordings;
  retention::Total overdue;  ///< of both
};
Covered covered_by(db::Connection& connection, const retention::Hold& hold,
                   const retention::Rules& rules, core::Time now);
void add_covered(const Covered& covered, const cli::Output& out, std::vector<cli::Field>& fields,
                 core::Json& object);

}  // namespace trunkline::commands
