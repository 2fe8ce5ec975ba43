// SPDX-License-Identifier: MIT
#include "usage/usage.h"

#include <catch2/catch.hpp>

#include "support/database.h"
#include "support/ledger_rows.h"
#include "usage/facts.h"

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

}  // namespace trunkline::usage
