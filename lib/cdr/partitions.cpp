// SPDX-License-Identifier: MIT
#include "cdr/partitions.h"

#include <fmt/format.h>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

constexpr core::Milliseconds kMoveTimeout = std::chrono::minutes(30);

Month month_at(const db::Row& row) {
  return core::value_or_throw(Month::parse(row.get<std::string>("month")));
}

}  // namespace

core::Result<Month> Month::parse(std::string_view text) {
  const auto year = core::parse_unsigned(text.substr(0, 4));
  const auto month = text.size() == 7 ? core::parse_unsigned(text.substr(5)) : std::nullopt;
  if (text.size() != 7 || text[4] != '-' || !year || *year < 1970 || !month || *month < 1 ||
      *month > 12) {
    return core::fault(core::ExitCode::usage,
                       fmt::format("cannot read '{}' as a month", core::printable(text)),
                       "give year and month: 2026-11");
  }
  return Month(std::string(text));
}

std::vector<Partition> partitions(db::Connection& connection) {
  static constexpr db::Statement kList{
      "SELECT table_name, to_char(month, 'YYYY-MM') AS month, partition, estimated_rows, bytes"
      "  FROM trunkline.partitions()"};
  std::vector<Partition> all;
  for (const db::Row row : connection.query(kList)) {
    all.push_back({.table = row.get<std::string>("table_name"),
                   .month = row.is_null("month") ? std::nullopt : std::optional(month_at(row)),
                   .partition = row.get<std::string>("partition"),
                   .rows = row.get<std::int64_t>("estimated_rows"),
                   .bytes = row.get<std::int64_t>("bytes")});
  }
  return all;
}

std::vector<MadePartition> ensure_partitions(db::Connection& connection, int months_ahead) {
  static constexpr db::Statement kEnsure{
      "SELECT table_name, to_char(month, 'YYYY-MM') AS month, rows_moved"
      "  FROM trunkline.partition_ensure($1)"};
  connection.set_statement_timeout(kMoveTimeout);
  std::vector<MadePartition> made;
  for (const db::Row row : connection.query(kEnsure, {months_ahead})) {
    made.push_back({.table = row.get<std::string>("table_name"),
                    .month = month_at(row),
                    .rows_moved = row.get<std::int64_t>("rows_moved")});
  }
  return made;
}

}  // namespace trunkline::cdr
