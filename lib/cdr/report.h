// SPDX-License-Identifier: MIT
#pragma once

// The figures of a period's calls, grouped by keys. Row-level security applies.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cdr/calendar.h"
#include "cdr/figures.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"

namespace trunkline::cdr {

struct ReportQuery {
  core::Time since = {};  ///< calls that started at or after
  core::Time until = {};  ///< and before
  std::vector<std::string> keys = {};
  std::optional<core::TenantId> tenant = {};
};

struct ReportRow {
  std::vector<std::string> keys = {};  ///< as the report's; "" for a call that has none
  std::size_t period = 0;              ///< which hour, day, ... it is, in the report's starts
  Figures figures = {};
};

struct Report {
  core::Time since = {};
  core::Time until = {};
  std::vector<std::string> keys = {};
  std::optional<std::size_t> time_key = {};  ///< which of the keys is an hour, day, ...
  /// By time and then the other keys in their order; a report by one other key alone has the most
  /// calls first. By time alone, a period without calls has its row, too.
  std::vector<ReportRow> rows = {};
  Figures total = {};
};

/// What calls can be grouped by: hour, day, week, month, tenant, user (whose phone called), device
/// (the caller's), country (called), disposition, direction, rule, trunk, did (the number of ours),
/// campaign.
const std::vector<std::string>& report_keys();

/// "day,tenant" as keys. Faults (usage): an unknown key, one twice, two of time.
[[nodiscard]] core::Result<std::vector<std::string>> parse_keys(std::string_view text);

/// Faults (usage) of starts_of(); throws core::Error.
[[nodiscard]] core::Result<Report> make_report(db::Connection& connection,
                                               const ReportQuery& query);

/// What stands for a call without this key: "live" as disposition, else "-".
std::string shown_key(std::string_view key, const std::string& value);

/// A row as "call_report.v1", but for the schema.
core::Json to_json(const Report& report, const ReportRow& row);
/// Heading and rows (RFC 4180). A column of cost for each currency there is.
std::string csv_of(const Report& report);

}  // namespace trunkline::cdr
