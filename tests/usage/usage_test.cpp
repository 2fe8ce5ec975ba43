// SPDX-License-Identifier: MIT
#include "usage/usage.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "support/database.h"
#include "support/ledger_rows.h"
#include "usage/facts.h"
#include "usage/period_facts.h"

namespace trunkline::usage {
namespace {

const core::Time kNow = core::parse_rfc3339("2026-11-30T08:00:00Z").value();
using std::chrono::hours;

struct Site {
  test::Database database;
  db::Connection connection = database.open();
  test::LedgerRows rows{database};
  core::TenantId acme = core::TenantId::make(kNow - hours(1));
  core::TenantId other = core::TenantId::make(kNow - hours(2));
  int made = 0;

  Site() {
    static constexpr db::Statement kTenant{
        "INSERT INTO trunkline.tenant (id, name, domain) VALUES ($1, $2::text, $2::text || "
        "'.example')"};
    connection.query(kTenant, {acme, "acme"});
    connection.query(kTenant, {other, "other"});
  }
  void recorded(const core::TenantId& tenant, int days_ago, std::int64_t bytes,
                std::int64_t duration_ms, const std::string& status = "complete") {
    const core::Time began = kNow - hours(24 * days_ago) - core::Seconds(++made);
    const auto call = core::CallRef::make(began);
    rows.add("recording.finished", tenant, call,
             {{"schema", "recording.v1"},
              {"recording", core::RecordingId::make(began).text()},
              {"status", status},
              {"started_at", core::to_rfc3339(began)},
              {"ended_at", core::to_rfc3339(began + core::Milliseconds(duration_ms))},
              {"duration_ms", duration_ms},
              {"bytes", bytes}});
  }
};

}  // namespace

TEST_CASE("usage: counts, consumers and the log", "[usage]") {
  Site site;
  site.recorded(site.acme, 1, 960'000, 60'000);
  site.recorded(site.acme, 40, 1'000'000, 60'000);
  site.recorded(site.other, 2, 5'000'000, 180'000);
  const Usage all = load_usage(site.connection, kNow, std::nullopt, 10);
  CHECK(all.all.recordings == 3);
  CHECK(all.all.bytes == 6'960'000);
  CHECK(all.last_30_days.recordings == 2);
  CHECK(all.last_30_days.average_ms() == 120'000);
  CHECK(all.last_30_days.bytes_per_minute() == Approx(1'490'000));
  REQUIRE(all.tenants.size() == 2);
  CHECK(all.tenants[0].name == "other");
  CHECK(all.tenants[1].amount.bytes == 1'960'000);
  CHECK(all.devices.empty());
  CHECK(load_usage(site.connection, kNow, site.acme, 10).all.recordings == 2);
  CHECK(load_usage(site.connection, kNow, std::nullopt, 1).tenants.size() == 1);

  CHECK(record_usage(site.connection, kNow - hours(24)) == 2);
  site.recorded(site.acme, 0, 1'000'000, 1'000);
  CHECK(record_usage(site.connection, kNow) == 2);
  CHECK(record_usage(site.connection, kNow + hours(1)) == 2);
  const Usage later = load_usage(site.connection, kNow, std::nullopt, 10);
  REQUIRE(later.log.size() == 2);
  CHECK(later.log[1].day == later.log[0].day + 1);
  CHECK(later.log[0].bytes == 6'960'000);
  CHECK(later.log[1].bytes == 7'960'000);
}

TEST_CASE("usage: the facts of the daily report", "[usage]") {
  Site site;
  site.recorded(site.acme, 60, 1'000'000, 60'000);
  site.recorded(site.acme, 0, 0, 0, "failed");
  const retention::Rules rules;
  const DailyFacts facts =
      load_daily_facts(site.connection, rules, kNow, {.bytes = 100'000'000'000});
  CHECK(facts.failed_count == 1);
  REQUIRE(facts.failed.size() == 1);
  CHECK(facts.failed[0].status == "failed");
  CHECK(facts.open.empty());
  REQUIRE(facts.view.changes.size() == 1);
  CHECK(facts.view.changes[0].bytes == 1'000'000);
}

TEST_CASE("usage: the facts of the weekly and the monthly report", "[usage]") {
  static constexpr db::Statement kRun{
      "INSERT INTO trunkline.backup_run (at, kind, name, is_good, took_ms)"
      " VALUES ($1, $2, 'b', $3, 1000)"};
  static constexpr db::Statement kNote{
      "SELECT trunkline.audit_note($1, '', jsonb_build_object('i', $2::int))"};
  const auto in_utc = [](core::Time) { return core::Seconds(0); };
  Site site;  // kNow is Monday, 30 November
  site.recorded(site.acme, 1, 1'000'000, 60'000);
  site.recorded(site.acme, 2, 0, 0, "failed");
  site.recorded(site.acme, 9, 3'000'000, 60'000);
  site.recorded(site.acme, 0, 7'000'000, 60'000);  // of this week
  site.recorded(site.acme, 40, 5'000'000, 60'000);
  site.connection.query(kRun, {kNow - hours(24), "backup", true});
  site.connection.query(kRun, {kNow - hours(48), "backup", false});
  site.connection.query(kRun, {kNow - hours(24), "drill", true});
  site.connection.query(kRun, {kNow - hours(24 * 40), "drill", true});
  retention::Rules rules;
  rules.holds = {
      {.case_name = "holds", .added_at = kNow - hours(24 * 300)},
      {.case_name = "ended", .ends_at = kNow - hours(24 * 20), .added_at = kNow - hours(24 * 300)},
      {.case_name = "to come", .added_at = kNow}};
  const Quota quota{.bytes = 100'000'000'000};

  const WeeklyFacts week = load_weekly_facts(site.connection, rules, kNow, in_utc, quota);
  REQUIRE(week.weeks.size() == 5);
  CHECK(week.weeks.back().recordings == 2);
  CHECK(week.weeks.back().bytes == 1'000'000);
  CHECK(week.weeks.back().failed == 1);
  CHECK(week.weeks[3].bytes == 3'000'000);
  CHECK_FALSE(week.weeks.back().is_archived);
  REQUIRE(week.failures.size() == 1);
  CHECK(week.failures[0].count == 1);
  REQUIRE(week.backups.size() == 2);
  CHECK(!week.backups[0].is_good);
  REQUIRE(week.holds.size() == 1);
  CHECK(week.holds[0].case_name == "holds");

  // The audit log's lines are of today: the month of the report is the one that today ends in.
  const core::Time today = core::system_clock().wall();
  const Span month = last_whole(Period::month, today + hours(24 * 31), in_utc);
  const core::Time after = month.until + hours(1);
  for (int i = 0; i < 3; ++i) site.connection.query(kNote, {"keys.added", i});
  MonthlyFacts facts = load_monthly_facts(site.connection, rules, after, in_utc, quota);
  CHECK(facts.months.back().span == last_whole(Period::month, after, in_utc));
  const auto added =
      std::find_if(facts.events.begin(), facts.events.end(),
                   [](const EventCount& each) { return each.event == "keys.added"; });
  REQUIRE(added != facts.events.end());
  CHECK(added->count == 3);
  CHECK(facts.audit_lines >= 3);
  CHECK_FALSE(facts.audit_broken);
  const MonthlyFacts november =
      load_monthly_facts(site.connection, rules, kNow + hours(24), in_utc, quota);
  CHECK(november.months.back().recordings == 4);
  CHECK(november.drills.size() == 1);

  // Whoever can change rows can be found by the chain.
  db::Connection superuser = site.database.open_as_superuser();
  superuser.run_script(
      "ALTER TABLE trunkline.audit_log DISABLE TRIGGER ALL;"
      "UPDATE trunkline.audit_log SET why = 'other'"
      " WHERE seq = (SELECT max(seq) - 1 FROM trunkline.audit_log)");
  facts = load_monthly_facts(site.connection, rules, after, in_utc, quota);
  CHECK(facts.audit_broken);
}

}  // namespace trunkline::usage
