// SPDX-License-Identifier: MIT
// The reports of a week and a month, letter by letter.

#include "usage/period_pages.h"

#include <catch2/catch.hpp>

#include "support/moment.h"

namespace trunkline::usage {
namespace {

using test::moment_of;

core::Seconds in_utc(core::Time) {
  return core::Seconds(0);
}
std::string to_the_minute(core::Time time) {
  return core::to_rfc3339(time).substr(0, 16);
}

View half_full() {
  View view;
  view.quota.bytes = 100'000'000'000;
  view.usage.all = {.recordings = 4000, .bytes = 50'000'000'000, .duration_ms = 3'125'000'000};
  view.usage.log = {{1, 47'600'000'000}, {2, 48'800'000'000}, {3, 50'000'000'000}};
  return view;
}

WeeklyFacts week() {
  const Span before{moment_of("2026-11-16T00:00:00Z"), moment_of("2026-11-23T00:00:00Z")};
  const Span span{moment_of("2026-11-23T00:00:00Z"), moment_of("2026-11-30T00:00:00Z")};
  WeeklyFacts facts{.view = half_full(), .host = "pbx1"};
  facts.weeks = {{.span = before,
                  .calls = 1000,
                  .answered = 700,
                  .talk_ms = 60'000'000,
                  .recordings = 650,
                  .bytes = 1'200'000'000},
                 {.span = span,
                  .calls = 1120,
                  .answered = 840,
                  .talk_ms = 72'000'000,
                  .recordings = 801,
                  .bytes = 1'400'000'000,
                  .failed = 3}};
  facts.failures = {{"failed", "disk full", 2}, {"truncated", "", 1}};
  for (int day = 23; day < 29; ++day)
    facts.backups.push_back({.at = moment_of("2026-11-" + std::to_string(day) + "T03:05:00Z"),
                             .name = "2026-11-" + std::to_string(day) + "T03:00:00Z",
                             .is_good = day != 25,
                             .took_ms = 300'000});
  facts.holds = {{.case_name = "2026-17",
                  .owner = "ann",
                  .numbers = {"+15550100"},
                  .since = moment_of("2026-01-01T00:00:00Z"),
                  .added_at = moment_of("2026-02-01T09:00:00Z")},
                 {.case_name = "2026-18",
                  .owner = "bob",
                  .items = {core::Uuid(), core::Uuid()},
                  .added_at = moment_of("2026-11-24T09:00:00Z")},
                 {.case_name = "2026-16",
                  .owner = "ann",
                  .campaign = core::Uuid(),
                  .added_at = moment_of("2026-01-02T09:00:00Z"),
                  .released_at = moment_of("2026-11-27T10:00:00Z")}};
  return facts;
}

}  // namespace

TEST_CASE("weekly report: letter by letter", "[usage]") {
  const alert::Page page = weekly_page(week(), to_the_minute, in_utc);
  CHECK(page.level == alert::Level::warning);
  CHECK(to_text(page) ==
        "Week of 2026-11-23 at pbx1\n"
        "\n"
        "1120 calls, 12 % more than the week before; 801 recordings, 3 failed.\n"
        "\n"
        "Trend\n"
        "  Week of     Calls  Answered  Talk min  Recordings    Size  Failed\n"
        "  2026-11-16   1000      70 %      1000         650  1.2 GB       0\n"
        "  2026-11-23   1120      75 %      1200         801  1.4 GB       3\n"
        "\n"
        "Storage\n"
        "  Usage         50 GB / 100 GB (50 %)\n"
        "  Recordings    4000\n"
        "  Forecast      full in about 41 days, at 1.2 GB a day\n"
        "  Last 30 days  0 recordings\n"
        "\n"
        "Recordings that failed\n"
        "  Why                Recordings\n"
        "  failed: disk full           2\n"
        "  truncated                   1\n"
        "\n"
        "Backups\n"
        "  Good                     5 of 6\n"
        "  Days without a good one  2\n"
        "  Backup                Ended             How       Took\n"
        "  2026-11-23T03:00:00Z  2026-11-23T03:05  good      5:00\n"
        "  2026-11-24T03:00:00Z  2026-11-24T03:05  good      5:00\n"
        "  2026-11-25T03:00:00Z  2026-11-25T03:05  NOT good  5:00\n"
        "  2026-11-26T03:00:00Z  2026-11-26T03:05  good      5:00\n"
        "  2026-11-27T03:00:00Z  2026-11-27T03:05  good      5:00\n"
        "  2026-11-28T03:00:00Z  2026-11-28T03:05  good      5:00\n"
        "\n"
        "Holds\n"
        "  Case     Since             Owner  Scope             State\n"
        "  2026-17  2026-02-01T09:00  ann    1 number, a time  holds\n"
        "  2026-18  2026-11-24T09:00  bob    2 ids             new\n"
        "  2026-16  2026-01-02T09:00  ann    a campaign        released 2026-11-27T10:00\n"
        "\n"
        "More on the host: retention usage\n");
}

TEST_CASE("weekly report: a good week is no warning", "[usage]") {
  WeeklyFacts facts = week();
  facts.weeks.back().failed = 0;
  facts.failures.clear();
  facts.holds.clear();
  facts.weeks.front().calls = 0;
  CHECK(weekly_page(facts, to_the_minute, in_utc).level == alert::Level::warning);  // backups
  facts.backups[2].is_good = true;
  facts.backups.push_back({.at = moment_of("2026-11-29T03:05:00Z"), .is_good = true});
  const alert::Page page = weekly_page(facts, to_the_minute, in_utc);
  CHECK(page.level == alert::Level::normal);
  CHECK(page.lead == "1120 calls, none the week before to compare with; 801 recordings, 0 failed.");
}

TEST_CASE("weekly report: days without a good backup are days of the place", "[usage]") {
  const auto berlin_in_winter = [](core::Time) { return core::Seconds(3600); };
  const Span span{moment_of("2026-11-22T23:00:00Z"), moment_of("2026-11-29T23:00:00Z")};
  std::vector<BackupRun> backups;
  CHECK(days_without_backup(backups, span, berlin_in_winter) == 7);
  // Half past eleven in UTC is the next day there: the same day as the second.
  backups = {{.at = moment_of("2026-11-23T23:30:00Z"), .is_good = true},
             {.at = moment_of("2026-11-24T12:00:00Z"), .is_good = true},
             {.at = moment_of("2026-11-25T12:00:00Z"), .is_good = false},
             {.at = moment_of("2026-11-22T22:59:00Z"), .is_good = true}};
  CHECK(days_without_backup(backups, span, berlin_in_winter) == 6);
}

TEST_CASE("monthly report: letter by letter", "[usage]") {
  const Span october{moment_of("2026-10-01T00:00:00Z"), moment_of("2026-11-01T00:00:00Z")};
  const Span november{moment_of("2026-11-01T00:00:00Z"), moment_of("2026-12-01T00:00:00Z")};
  MonthlyFacts facts{.view = half_full(), .host = "pbx1"};
  facts.months = {{.span = october, .calls = 0, .is_archived = true},
                  {.span = november,
                   .calls = 4500,
                   .answered = 3000,
                   .talk_ms = 300'000'000,
                   .recordings = 2900,
                   .bytes = 6'000'000'000}};
  facts.busiest_hour = moment_of("2026-11-12T10:00:00Z");
  facts.busiest_hour_calls = 61;
  facts.fallback = retention::Days(90);
  facts.policies = {
      {{.name = "gdpr", .keep = retention::Days(45)}, "main"},
      {{.name = "mifid", .level = retention::Level::agent, .is_increase_only = true}, "main"}};
  facts.policy_changes = {{moment_of("2026-11-03T09:00:00Z"), "uid:1000 ann", "changed 'gdpr'"}};
  facts.readers = {{"uid:1000 ann", 12, 9}, {"uid:0 root", 1, 1}};
  facts.events = {{"recording.finished", 2900}, {"recording.accessed", 13}};
  facts.audit_lines = 2913;
  facts.drills = {{moment_of("2026-11-02T04:10:00Z"), "2026-11-02T03:00:00Z", true, 610'000}};
  const alert::Page page = monthly_page(facts, to_the_minute, in_utc);
  CHECK(page.level == alert::Level::normal);
  CHECK(to_text(page) ==
        "Month of 2026-11 at pbx1\n"
        "\n"
        "4500 calls, none the month before to compare with.\n"
        "\n"
        "Trend\n"
        "  * without calls of archived months: cdrctl report --from-archive\n"
        "  Month from    Calls  Answered  Talk min  Recordings  Size  Failed\n"
        "  2026-10-01 *      0         -         0           0   0 B       0\n"
        "  2026-11-01     4500      66 %      5000        2900  6 GB       0\n"
        "\n"
        "Capacity\n"
        "  Calls a day        150\n"
        "  Busiest hour       2026-11-12T10:00, 61 calls\n"
        "  Recorded a day     200 MB\n"
        "  Usage              50 GB / 100 GB (50 %)\n"
        "  Forecast           full in about 41 days, at 1.2 GB a day\n"
        "  A quota with room  100 GB\n"
        "\n"
        "Policies\n"
        "  Without a policy      recordings 90 days, calls for ever\n"
        "  Changed in the month  1 time\n"
        "  Policy  Tenant  Of         Level   Keeps\n"
        "  gdpr    main    recording  tenant  45 days\n"
        "  mifid   main    recording  agent   for ever, increase-only\n"
        "  1. 2026-11-03T09:00: uid:1000 ann changed 'gdpr'\n"
        "\n"
        "Who opened recordings\n"
        "  Who           Times  Recordings\n"
        "  uid:1000 ann     12           9\n"
        "  uid:0 root        1           1\n"
        "\n"
        "Audit log\n"
        "  Chain  whole over the 2913 lines of the month\n"
        "  Event               Lines\n"
        "  recording.finished   2900\n"
        "  recording.accessed     13\n"
        "\n"
        "Restore tests\n"
        "  Backup                Ended             How    Took\n"
        "  2026-11-02T03:00:00Z  2026-11-02T04:10  good  10:10\n"
        "\n"
        "More on the host: retention usage\n");

  facts.drills.front().is_good = false;
  CHECK(monthly_page(facts, to_the_minute, in_utc).level == alert::Level::warning);
  facts.audit_broken = 17;
  const alert::Page broken = monthly_page(facts, to_the_minute, in_utc);
  CHECK(broken.level == alert::Level::critical);
  CHECK(to_text(broken).find("BROKEN at line 17: trunkline audit verify") != std::string::npos);
}

}  // namespace trunkline::usage
