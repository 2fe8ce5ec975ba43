// SPDX-License-Identifier: MIT
#pragma once

// Which backups are kept. Pure: a list of backups with the local day of each, no clock, no disk.
//
// A rule keeps the newest backup of each of the last N days, weeks or months that have one. Days
// without a backup do not count, so a host that was off for a month, or a clock that was wrong for
// an hour, takes nothing away. The newest backup of all is always kept.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace trunkline::backup {

struct KeepRules {
  unsigned daily = 7;
  unsigned weekly = 4;  ///< weeks begin on Monday
  unsigned monthly = 6;
};

struct Dated {
  std::string name = {};
  core::Time at = {};
  std::chrono::year_month_day day = {};  ///< in the site's zone: local_day(at)
};

struct Fate {
  std::string name = {};
  std::vector<std::string> why = {};  ///< "newest", "daily", "weekly", "monthly"; empty: it goes
  bool is_kept() const noexcept { return !why.empty(); }
};

/// Newest first.
[[nodiscard]] std::vector<Fate> decide(std::vector<Dated> backups, const KeepRules& rules);

/// The day in this process's zone.
std::chrono::year_month_day local_day(core::Time time);

/// A backup is named by when it began, UTC: "2026-11-30T011500Z". Names sort by time.
std::string name_of(core::Time time);
/// Nothing where it is no backup's name.
std::optional<core::Time> time_of(std::string_view name);

}  // namespace trunkline::backup
