// SPDX-License-Identifier: MIT
#pragma once

// The reports of a week and of a month (the daily one: pages.h). Pure; period_facts.h gathers what
// they say.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert/page.h"
#include "retention/rules.h"
#include "usage/period.h"
#include "usage/view.h"

namespace trunkline::usage {

/// What was made in a stretch of time.
struct Activity {
  Span span = {};
  std::int64_t calls = 0;
  std::int64_t answered = 0;
  std::int64_t talk_ms = 0;
  std::int64_t recordings = 0;
  std::int64_t bytes = 0;
  std::int64_t failed = 0;  ///< recordings that are not what they should be
  /// Months of it are files now: their calls are not counted.
  bool is_archived = false;
};

/// A backup or a drill.
struct BackupRun {
  core::Time at = {};
  std::string name = {};
  bool is_good = false;
  std::int64_t took_ms = 0;
};

/// Why recordings are not what they should be.
struct Failure {
  std::string status = {};
  std::string reason = {};
  std::int64_t count = 0;
};

struct WeeklyFacts {
  View view = {};
  std::string host = {};
  std::vector<Activity> weeks = {};    ///< oldest first; the last is the week of the report
  std::vector<Failure> failures = {};  ///< of it, the most first
  std::vector<BackupRun> backups = {};
  std::vector<retention::Hold> holds = {};  ///< that hold at its end, added or released in it
};
/// The days of `span` without a good backup, by the clock of the place.
std::int64_t days_without_backup(const std::vector<BackupRun>& backups, const Span& span,
                                 const retention::Zone& zone);
alert::Page weekly_page(const WeeklyFacts& facts, ShowTime shown, const retention::Zone& zone);

struct PolicyLine {
  retention::Policy policy = {};
  std::string tenant = {};
};
struct PolicyChange {
  core::Time at = {};
  std::string who = {};
  std::string what = {};  ///< "changed 'gdpr'"
};
/// How often a person opened recordings.
struct Reader {
  std::string who = {};
  std::int64_t times = 0;
  std::int64_t recordings = 0;  ///< different ones
};
/// Lines of the audit log of one kind.
struct EventCount {
  std::string event = {};
  std::int64_t count = 0;
};

struct MonthlyFacts {
  View view = {};
  std::string host = {};
  std::vector<Activity> months = {};  ///< oldest first; the last is the month of the report
  std::int64_t busiest_hour_calls = 0;
  core::Time busiest_hour = {};
  retention::Days fallback{0};  ///< retention.default_days
  std::vector<PolicyLine> policies = {};
  std::vector<PolicyChange> policy_changes = {};
  std::vector<Reader> readers = {};     ///< the most first
  std::vector<EventCount> events = {};  ///< the most first
  std::uint64_t audit_lines = 0;
  std::optional<std::int64_t> audit_broken = {};  ///< the line where the chain is broken
  std::vector<BackupRun> drills = {};
};
alert::Page monthly_page(const MonthlyFacts& facts, ShowTime shown, const retention::Zone& zone);

}  // namespace trunkline::usage
