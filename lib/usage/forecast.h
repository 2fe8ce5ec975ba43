// SPDX-License-Identifier: MIT
#pragma once

// How full it is, how it grows, when it will be full, and which policy would help most. Pure:
// tables of inputs prove it.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "core/time.h"
#include "retention/planner.h"

namespace trunkline::usage {

struct Quota {
  std::uint64_t bytes = 0;
  int warning_percent = 80;
  int critical_percent = 90;
  int emergency_percent = 95;
};
/// Whole percents, rounded down; 0 without a quota.
int percent_of(std::uint64_t used, const Quota& quota);
alert::Level level_of(std::uint64_t used, const Quota& quota);

/// What there was at the end of a day.
struct Point {
  std::int64_t day = 0;  ///< since 1970
  std::int64_t bytes = 0;
};
/// Bytes a day, by the median of the slopes between all pairs of days (Theil and Sen): one day on
/// which much was erased or recorded does not turn it. Nothing with fewer than three days.
std::optional<double> growth_per_day(const std::vector<Point>& points);
/// Whole days until it is full, at most 3650; 0 where it is; nothing where it does not grow.
std::optional<int> days_until_full(std::uint64_t used, std::uint64_t quota,
                                   const std::optional<double>& growth);

/// One policy made half as long, as it would be at once.
struct Change {
  std::string policy;  ///< its name; "retention.default_days" for the setting
  core::TenantId tenant = {};
  retention::Days from{0};
  retention::Days to{0};
  std::uint64_t recordings = 0;  ///< that would be due beyond those that are
  std::uint64_t bytes = 0;
};

/// Takes recordings one by one and counts what each change would free. Increase-only policies,
/// those that keep for ever and those of a day have no change.
class WhatIf {
 public:
  WhatIf(const retention::Rules& rules, core::Time now);
  void take(const retention::Item& item);
  /// What frees something, the most first.
  std::vector<Change> changes() const;

 private:
  struct Candidate {
    Change change;
    std::unique_ptr<retention::Planner> planner;
  };
  void add(const retention::Rules& rules, Change change, const core::Uuid* policy);

  retention::Planner now_is_;
  core::Time now_;
  std::vector<Candidate> candidates_;
};

}  // namespace trunkline::usage
