// SPDX-License-Identifier: MIT
#pragma once

// Gathers what the reports of a week and of a month say from the database.

#include "db/connection.h"
#include "retention/rules.h"
#include "usage/period_pages.h"

namespace trunkline::usage {

/// Of the last whole week at `now`; all but `host` and `view.public_url`.
WeeklyFacts load_weekly_facts(db::Connection& connection, const retention::Rules& rules,
                              core::Time now, const retention::Zone& zone, const Quota& quota);

/// Of the last whole month at `now`; all but `host` and `view.public_url`. Reads every line that
/// the audit log has of it.
MonthlyFacts load_monthly_facts(db::Connection& connection, const retention::Rules& rules,
                                core::Time now, const retention::Zone& zone, const Quota& quota);

}  // namespace trunkline::usage
