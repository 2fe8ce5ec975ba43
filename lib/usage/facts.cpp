// SPDX-License-Identifier: MIT
#include "usage/facts.h"

#include <fmt/format.h>

#include "alert/store.h"

namespace trunkline::usage {
namespace {

constexpr std::uint64_t kTop = 10;
constexpr core::Microseconds kDay = std::chrono::hours(24);
constexpr core::Microseconds kYear = std::chrono::hours(24 * 365);

std::vector<SweepRun> sweeps_since(db::Connection& connection, core::Time since) {
  static constexpr db::Statement kRuns{
      "SELECT started_at, coalesce(outcome, '') AS outcome, recordings, calls, bytes"
      "  FROM trunkline.erasure_run WHERE kind = 'sweep' AND started_at >= $1 ORDER BY started_at"};
  std::vector<SweepRun> runs;
  const db::Rows rows = connection.query(kRuns, {since});
  for (const db::Row row : rows)
    runs.push_back({row.get<core::Time>("started_at"), row.get<std::string>("outcome"),
                    row.get<std::int64_t>("recordings"), row.get<std::int64_t>("calls"),
                    row.get<std::int64_t>("bytes")});
  return runs;
}

void take_failures(db::Connection& connection, core::Time since, DailyFacts& facts) {
  static constexpr db::Statement kCount{
      "SELECT (SELECT count(*) FROM trunkline.recording WHERE started_at >= $1"
      "          AND status IN ('failed', 'truncated', 'unsupported')) AS failed,"
      "       (SELECT count(*) FROM trunkline.ledger_rejected WHERE rejected_at >= $1) AS refused,"
      "       (SELECT count(*) FROM trunkline.alert_delivery WHERE given_up_at >= $1)"
      "         AS undelivered"};
  static constexpr db::Statement kFailed{
      "SELECT recording, started_at, status, coalesce(reason, '') AS reason"
      "  FROM trunkline.recording"
      " WHERE started_at >= $1 AND status IN ('failed', 'truncated', 'unsupported')"
      " ORDER BY started_at DESC LIMIT 10"};
  const db::Rows counts = connection.query(kCount, {since});
  facts.failed_count = counts.only().get<std::int64_t>("failed");
  facts.refused_entries = counts.only().get<std::int64_t>("refused");
  facts.undelivered = counts.only().get<std::int64_t>("undelivered");
  const db::Rows rows = connection.query(kFailed, {since});
  for (const db::Row row : rows)
    facts.failed.push_back({row.get<core::Uuid>("recording").text(),
                            row.get<core::Time>("started_at"), row.get<std::string>("status"),
                            row.get<std::string>("reason")});
}

std::vector<Done> last_done(db::Connection& connection) {
  static constexpr db::Statement kDone{
      "SELECT event, max(at) AS at FROM trunkline.audit_log"
      " WHERE event ~ '^(backup|verify|keys)\\.' GROUP BY event ORDER BY event"};
  std::vector<Done> done;
  const db::Rows rows = connection.query(kDone);
  for (const db::Row row : rows)
    done.push_back({row.get<std::string>("event"), row.get<core::Time>("at")});
  return done;
}

}  // namespace

View load_view(db::Connection& connection, const retention::Rules& rules, core::Time now,
               const Quota& quota, std::uint64_t top) {
  return {.usage = load_usage(connection, now, std::nullopt, top),
          .quota = quota,
          .changes = load_changes(connection, rules, now)};
}

DailyFacts load_daily_facts(db::Connection& connection, const retention::Rules& rules,
                            core::Time now, const Quota& quota) {
  static constexpr db::Statement kErases{
      "SELECT to_regclass('trunkline.erasure_run') IS NOT NULL AS erases"};
  DailyFacts facts{.view = load_view(connection, rules, now, quota, kTop), .now = now};
  facts.knows_sweeps = connection.query(kErases).only().get<bool>("erases");
  if (facts.knows_sweeps) facts.sweeps = sweeps_since(connection, now - kDay);
  for (const retention::Hold& hold : rules.holds) {
    if (!hold.holds_at(now)) continue;
    ++facts.holds;
    if (now - hold.added_at > kYear) ++facts.forgotten_holds;
  }
  take_failures(connection, now - kDay, facts);
  facts.done = last_done(connection);
  for (const alert::Open& open : alert::open_conditions(connection))
    facts.open.push_back(fmt::format("{}: {}", alert::name_of(open.level), open.key));
  return facts;
}

}  // namespace trunkline::usage
