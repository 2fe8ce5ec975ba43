// SPDX-License-Identifier: MIT
#pragma once

// Gathers what the daily report says from the database.

#include "db/connection.h"
#include "retention/rules.h"
#include "usage/pages.h"

namespace trunkline::usage {

/// Usage, log and the changes that would help. `top`: how many consumers of each kind.
View load_view(db::Connection& connection, const retention::Rules& rules, core::Time now,
               const Quota& quota, std::uint64_t top);

/// All but `host` and `view.public_url`.
DailyFacts load_daily_facts(db::Connection& connection, const retention::Rules& rules,
                            core::Time now, const Quota& quota);

}  // namespace trunkline::usage
