// SPDX-License-Identifier: MIT
#include "usage/period_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "catalogue/audit.h"
#include "usage/facts.h"

namespace trunkline::usage {
namespace {

constexpr std::size_t kStretches = 5;
constexpr std::uint64_t kConsumers = 0;  // the daily report has them

Activity activity_in(db::Connection& connection, const Span& span) {
  static constexpr db::Statement kCalls{
      "SELECT count(*) AS calls, count(*) FILTER (WHERE disposition = 'answered') AS answered,"
      "       coalesce(sum(talk_ms), 0)::bigint AS talk_ms,"
      "       EXISTS (SELECT FROM trunkline.archive"
      "                WHERE table_name = 'cdr' AND restored_at IS NULL"
      "                  AND month < $2 AND month + interval '1 month' > $1) AS is_archived"
      "  FROM trunkline.cdr WHERE started_at >= $1 AND started_at < $2"};
  static constexpr db::Statement kRecordings{
      "SELECT count(*) AS recordings, coalesce(sum(bytes), 0)::bigint AS bytes,"
      "       count(*) FILTER (WHERE status IN ('failed', 'truncated', 'unsupported')) AS failed"
      "  FROM trunkline.recording WHERE started_at >= $1 AND started_at < $2"};
  const db::Rows calls = connection.query(kCalls, {span.since, span.until});
  const db::Rows recordings = connection.query(kRecordings, {span.since, span.until});
  return {.span = span,
          .calls = calls.only().get<std::int64_t>("calls"),
          .answered = calls.only().get<std::int64_t>("answered"),
          .talk_ms = calls.only().get<std::int64_t>("talk_ms"),
          .recordings = recordings.only().get<std::int64_t>("recordings"),
          .bytes = recordings.only().get<std::int64_t>("bytes"),
          .failed = recordings.only().get<std::int64_t>("failed"),
          .is_archived = calls.only().get<bool>("is_archived")};
}

/// The last whole one and those before it, oldest first.
std::vector<Activity> activities(db::Connection& connection, Period period, core::Time now,
                                 const retention::Zone& zone) {
  std::vector<Activity> all;
  Span span = last_whole(period, now, zone);
  for (std::size_t i = 0; i < kStretches; ++i) {
    all.push_back(activity_in(connection, span));
    span = one_before(period, span, zone);
  }
  std::reverse(all.begin(), all.end());
  return all;
}

std::vector<Failure> failures_in(db::Connection& connection, const Span& span) {
  static constexpr db::Statement kFailures{
      "SELECT status, coalesce(reason, '') AS reason, count(*) AS count"
      "  FROM trunkline.recording"
      " WHERE started_at >= $1 AND started_at < $2"
      "   AND status IN ('failed', 'truncated', 'unsupported')"
      " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20"};
  std::vector<Failure> failures;
  const db::Rows rows = connection.query(kFailures, {span.since, span.until});
  for (const db::Row row : rows)
    failures.push_back({row.get<std::string>("status"), row.get<std::string>("reason"),
                        row.get<std::int64_t>("count")});
  return failures;
}

std::vector<BackupRun> runs_in(db::Connection& connection, const std::string& kind,
                               const Span& span) {
  static constexpr db::Statement kRuns{
      "SELECT at, name, is_good, took_ms FROM trunkline.backup_run"
      " WHERE kind = $1 AND at >= $2 AND at < $3 ORDER BY at"};
  std::vector<BackupRun> runs;
  const db::Rows rows = connection.query(kRuns, {kind, span.since, span.until});
  for (const db::Row row : rows)
    runs.push_back({row.get<core::Time>("at"), row.get<std::string>("name"),
                    row.get<bool>("is_good"), row.get<std::int64_t>("took_ms")});
  return runs;
}

/// Those that held in a part of it.
std::vector<retention::Hold> holds_in(const retention::Rules& rules, const Span& span) {
  std::vector<retention::Hold> holds;
  for (const retention::Hold& hold : rules.holds) {
    const auto end = hold.end();
    if (hold.added_at < span.until && (!end || *end >= span.since)) holds.push_back(hold);
  }
  return holds;
}

void take_busiest_hour(db::Connection& connection, const Span& span, MonthlyFacts& facts) {
  static constexpr db::Statement kBusiest{
      "SELECT date_trunc('hour', started_at) AS hour, count(*) AS calls FROM trunkline.cdr"
      " WHERE started_at >= $1 AND started_at < $2 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"};
  const db::Rows rows = connection.query(kBusiest, {span.since, span.until});
  for (const db::Row row : rows) {
    facts.busiest_hour = row.get<core::Time>("hour");
    facts.busiest_hour_calls = row.get<std::int64_t>("calls");
  }
}

void take_policies(db::Connection& connection, const retention::Rules& rules, const Span& span,
                   MonthlyFacts& facts) {
  static constexpr db::Statement kTenants{"SELECT id, name FROM trunkline.tenant"};
  static constexpr db::Statement kChanges{
      "SELECT at, who, split_part(event, '.', 2) AS verb, detail::jsonb ->> 'name' AS name"
      "  FROM trunkline.audit_log"
      " WHERE event LIKE 'retention\\_policy.%' AND at >= $1 AND at < $2 ORDER BY seq"};
  facts.fallback = rules.fallback;
  std::map<core::TenantId, std::string> tenants;
  const db::Rows named = connection.query(kTenants);
  for (const db::Row row : named)
    tenants[row.get<core::TenantId>("id")] = row.get<std::string>("name");
  for (const retention::Policy& policy : rules.policies)
    facts.policies.push_back({policy, tenants[policy.tenant]});
  const db::Rows rows = connection.query(kChanges, {span.since, span.until});
  for (const db::Row row : rows)
    facts.policy_changes.push_back(
        {row.get<core::Time>("at"), row.get<std::string>("who"),
         fmt::format("{} '{}'", row.get<std::string>("verb"),
                     row.get<std::optional<std::string>>("name").value_or("?"))});
}

void take_readers(db::Connection& connection, const Span& span, MonthlyFacts& facts) {
  static constexpr db::Statement kReaders{
      "SELECT who, count(*) AS times, count(DISTINCT object) AS recordings"
      "  FROM trunkline.audit_log"
      " WHERE event = 'recording.accessed' AND at >= $1 AND at < $2"
      " GROUP BY who ORDER BY 2 DESC, 1 LIMIT 20"};
  const db::Rows rows = connection.query(kReaders, {span.since, span.until});
  for (const db::Row row : rows)
    facts.readers.push_back({row.get<std::string>("who"), row.get<std::int64_t>("times"),
                             row.get<std::int64_t>("recordings")});
}

/// Between the first and the last line of the month: some lines have the time of what they tell,
/// which is before that of the line ahead of them.
void take_audit(db::Connection& connection, const Span& span, MonthlyFacts& facts) {
  static constexpr db::Statement kEnds{
      "SELECT min(seq) AS first, max(seq) AS last FROM trunkline.audit_log"
      " WHERE at >= $1 AND at < $2"};
  static constexpr db::Statement kEvents{
      "SELECT event, count(*) AS count FROM trunkline.audit_log WHERE seq BETWEEN $1 AND $2"
      " GROUP BY event ORDER BY 2 DESC, 1 LIMIT 20"};
  const db::Rows ends = connection.query(kEnds, {span.since, span.until});
  const auto first = ends.only().get<std::optional<std::int64_t>>("first");
  const auto last = ends.only().get<std::optional<std::int64_t>>("last");
  if (!first || !last) return;
  // The line ahead of them is taken on trust; whether it is whole was its own month's to say.
  const std::int64_t ahead = *first - 1;
  catalogue::AuditProof proof;
  bool is_begun = ahead == 0;
  catalogue::for_each_audit_entry(connection,
                                  {.after = *first - 2, .is_oldest_first = true, .limit = 0},
                                  [&](const catalogue::AuditEntry& entry) {
                                    if (std::exchange(is_begun, true)) {
                                      if (entry.seq <= *last) proof.take(entry);
                                      return entry.seq < *last;
                                    }
                                    if (entry.seq == ahead)
                                      proof.begin_at(entry);
                                    else
                                      facts.audit_broken = ahead;
                                    return entry.seq == ahead;
                                  });
  facts.audit_lines = proof.rows() - (ahead == 0 ? 0 : 1);
  if (!facts.audit_broken) facts.audit_broken = proof.first_broken();
  const db::Rows rows = connection.query(kEvents, {*first, *last});
  for (const db::Row row : rows)
    facts.events.push_back({row.get<std::string>("event"), row.get<std::int64_t>("count")});
}

}  // namespace

WeeklyFacts load_weekly_facts(db::Connection& connection, const retention::Rules& rules,
                              core::Time now, const retention::Zone& zone, const Quota& quota) {
  WeeklyFacts facts{.view = load_view(connection, rules, now, quota, kConsumers),
                    .weeks = activities(connection, Period::week, now, zone)};
  const Span& week = facts.weeks.back().span;
  facts.failures = failures_in(connection, week);
  facts.backups = runs_in(connection, "backup", week);
  facts.holds = holds_in(rules, week);
  return facts;
}

MonthlyFacts load_monthly_facts(db::Connection& connection, const retention::Rules& rules,
                                core::Time now, const retention::Zone& zone, const Quota& quota) {
  MonthlyFacts facts{.view = load_view(connection, rules, now, quota, kConsumers),
                     .months = activities(connection, Period::month, now, zone)};
  const Span& month = facts.months.back().span;
  take_busiest_hour(connection, month, facts);
  take_policies(connection, rules, month, facts);
  take_readers(connection, month, facts);
  take_audit(connection, month, facts);
  facts.drills = runs_in(connection, "drill", month);
  return facts;
}

}  // namespace trunkline::usage
