// SPDX-License-Identifier: MIT
#pragma once

// What people are told about storage: the alert of the quota and the daily report. Pure; facts.h
// gathers what they say.

#include <string>
#include <vector>

#include "alert/alert.h"
#include "alert/page.h"
#include "usage/view.h"

namespace trunkline::usage {

/// The alert of key "quota", told or not: its level says.
alert::Alert quota_alert(const View& view);

struct SweepRun {
  core::Time started_at = {};
  std::string outcome = {};
  std::int64_t recordings = 0;
  std::int64_t calls = 0;
  std::int64_t bytes = 0;
};
struct FailedRecording {
  std::string id;
  core::Time started_at = {};
  std::string status = {};
  std::string reason = {};
};
/// When something was last done, as the audit log says: {"backup.made", ...}.
struct Done {
  std::string event;
  core::Time at = {};
};

struct DailyFacts {
  View view = {};
  std::string host = {};
  core::Time now = {};
  bool knows_sweeps = false;                 ///< whether this site erases at all
  std::vector<SweepRun> sweeps = {};         ///< of the last 24 hours
  std::int64_t holds = 0;                    ///< that hold now
  std::int64_t forgotten_holds = 0;          ///< of those, older than a year
  std::int64_t failed_count = 0;             ///< of the last 24 hours
  std::vector<FailedRecording> failed = {};  ///< the newest of them
  std::int64_t refused_entries = 0;          ///< of the ledger, in the last 24 hours
  std::vector<Done> done = {};
  std::vector<std::string> open = {};  ///< "critical quota"
  std::int64_t undelivered = 0;        ///< alerts given up in the last 24 hours
};
/// `shown`: local time, as the reader's clock shows it.
alert::Page daily_page(const DailyFacts& facts, ShowTime shown);

}  // namespace trunkline::usage
