// SPDX-License-Identifier: MIT
#pragma once

// The runs of retention that erase, as the database keeps them: who, when, how much, how it ended.

#include "core/json.h"
#include "db/connection.h"
#include "retention/eraser.h"

namespace trunkline::retention {

struct Run {
  core::Uuid id = {};
  std::string kind = {};
  std::string who = {};
  std::string host = {};
  core::Time started_at = {};
  std::optional<core::Time> finished_at = {};
  std::string outcome = {};  ///< done, partly, refused, failed, interrupted; empty while it runs
  std::int64_t recordings = 0;
  std::int64_t calls = 0;
  std::int64_t bytes = 0;
  std::int64_t withheld = 0;
  std::int64_t missing = 0;
  std::int64_t failed = 0;
  std::string message = {};
};

/// Newest first.
std::vector<Run> last_runs(db::Connection& connection, RunKind kind, std::uint64_t limit);
std::optional<Run> find_run(db::Connection& connection, const core::Uuid& id);
/// Without "schema".
core::Json to_json(const Run& run);

/// Runs of this host that never ended are said to be interrupted.
void begin_run(db::Connection& connection, const core::Uuid& id, RunKind kind, core::Time now);
struct RunEnd {
  std::string_view outcome;
  std::uint64_t withheld = 0;
  Erased erased = {};
  std::string message = {};
};
void end_run(db::Connection& connection, const core::Uuid& id, core::Time now, const RunEnd& end);

}  // namespace trunkline::retention
