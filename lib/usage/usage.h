// SPDX-License-Identifier: MIT
#pragma once

// How much recordings take, as the database tells it, and the log of it by days.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "db/connection.h"
#include "retention/planner.h"
#include "usage/forecast.h"

namespace trunkline::usage {

struct Amount {
  std::uint64_t recordings = 0;
  std::uint64_t bytes = 0;
  std::uint64_t duration_ms = 0;

  /// Nothing without a recording.
  std::optional<std::uint64_t> average_ms() const;
  std::optional<double> bytes_per_minute() const;
};

struct Consumer {
  std::string name;  ///< the tenant's, or "device of tenant"
  Amount amount = {};
};

struct Usage {
  Amount all = {};
  Amount last_30_days = {};            ///< that began in them
  Amount cold = {};                    ///< in the cold tier (retention move)
  std::vector<Consumer> tenants = {};  ///< largest first
  /// A call between two devices counts for both.
  std::vector<Consumer> devices = {};
  std::vector<Point> log = {};  ///< of the last 30 days, oldest first
};
/// Of one tenant, or of all.
Usage load_usage(db::Connection& connection, core::Time now,
                 const std::optional<core::TenantId>& tenant, std::uint64_t top);

/// Writes today's row of each tenant, again where there is one; returns how many.
std::int64_t record_usage(db::Connection& connection, core::Time now);

/// Runs all recordings through the planner. Reads every one: seconds for a million.
std::vector<Change> load_changes(db::Connection& connection, const retention::Rules& rules,
                                 core::Time now);

}  // namespace trunkline::usage
