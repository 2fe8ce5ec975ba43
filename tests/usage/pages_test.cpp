// SPDX-License-Identifier: MIT
// What people read, letter by letter.

#include "usage/pages.h"

#include <catch2/catch.hpp>

#include "support/moment.h"

namespace trunkline::usage {
namespace {

View view() {
  View view;
  view.quota.bytes = 100'000'000'000;
  view.usage.all = {.recordings = 4000, .bytes = 85'300'000'000, .duration_ms = 5'331'250'000};
  view.usage.last_30_days = {
      .recordings = 900, .bytes = 18'000'000'000, .duration_ms = 1'125'000'000};
  view.usage.tenants = {{"main", {.recordings = 3000, .bytes = 80'000'000'000}},
                        {"acme", {.recordings = 1000, .bytes = 5'300'000'000}}};
  view.usage.log = {{1, 82'900'000'000}, {2, 84'100'000'000}, {3, 85'300'000'000}};
  view.changes = {{.policy = "gdpr",
                   .tenant = core::TenantId::make(test::moment_of("2026-01-01T00:00:00Z")),
                   .from = retention::Days(90),
                   .to = retention::Days(45),
                   .bytes = 12'300'000'000}};
  view.public_url = "https://pbx.example";
  return view;
}

std::string utc(core::Time time) {
  return core::to_rfc3339(time).substr(0, 16);
}

}  // namespace

TEST_CASE("quota alert: percent, usage, four recommendations and a link", "[usage]") {
  const alert::Alert alert = quota_alert(view());
  CHECK(alert.key == "quota");
  CHECK(alert.level == alert::Level::warning);
  CHECK(alert.subject == "recordings take 85 % of the quota");
  CHECK(
      alert.text ==
      "Recordings take 85 % of the quota\n"
      "\n"
      "Usage: 85.3 GB / 100 GB (85 %). Forecast: full in about 12 days, at 1.2 GB a day.\n"
      "\n"
      "What helps\n"
      "  1. Review the policies: retention policy list. What would help most: policy 'gdpr' at 45 "
      "days instead of 90 would free 12.3 GB.\n"
      "  2. Erase what nobody needs any more: retention plan shows it, retention sweep does it.\n"
      "  3. Expand the storage, then raise the quota: trunkline config set retention.quota SIZE.\n"
      "  4. Hold only what a case needs, and release what is over: retention hold list.\n"
      "\n"
      "Largest\n"
      "  Name  Count    Size\n"
      "  main   3000   80 GB\n"
      "  acme   1000  5.3 GB\n"
      "\n"
      "https://pbx.example\n");
  CHECK(alert.html.find("<h1 class=\"warning\">Recordings take 85 % of the quota</h1>") !=
        std::string::npos);
  CHECK(alert.html.find("<li>") != std::string::npos);

  View low = view();
  low.usage.all.bytes = 10'000'000'000;
  const alert::Alert normal = quota_alert(low);
  CHECK(normal.level == alert::Level::normal);
  CHECK(normal.text.find("What helps") == std::string::npos);
}

TEST_CASE("forecast: in words", "[usage]") {
  View some = view();
  some.usage.log.clear();
  CHECK(shown_forecast(some) == "too few days are logged to say");
  some.usage.log = {{1, 3}, {2, 2}, {3, 1}};
  CHECK(shown_forecast(some) == "it does not grow");
  some = view();
  some.usage.all.bytes = 100'000'000'000;
  CHECK(shown_forecast(some) == "full now, at 1.2 GB a day");
  CHECK(shown_change({.policy = "retention.default_days",
                      .from = retention::Days(90),
                      .to = retention::Days(45),
                      .bytes = 1000}) ==
        "the setting retention.default_days at 45 days instead of 90 would free 1 kB");
}

TEST_CASE("daily report: letter by letter", "[usage]") {
  DailyFacts facts{
      .view = view(),
      .host = "pbx1",
      .now = test::moment_of("2026-11-30T08:00:00Z"),
      .knows_sweeps = true,
      .sweeps = {{test::moment_of("2026-11-30T01:05:00Z"), "done", 120, 1, 2'400'000'000}},
      .holds = 2,
      .forgotten_holds = 1,
      .failed_count = 1,
      .failed = {{"0199a1b2-0000-7000-8000-0000000000bb", test::moment_of("2026-11-29T12:00:00Z"),
                  "failed", "disk full"}},
      .refused_entries = 0,
      .done = {{"backup.made", test::moment_of("2026-11-30T02:00:00Z")}},
      .open = {"warning: quota"},
      .undelivered = 0};
  const alert::Page page = daily_page(facts, utc);
  CHECK(
      to_text(page) ==
      "Storage report of pbx1: 85 % full\n"
      "\n"
      "As of 2026-11-30T08:00.\n"
      "\n"
      "Storage\n"
      "  Usage           85.3 GB / 100 GB (85 %)\n"
      "  Recordings      4000\n"
      "  Forecast        full in about 12 days, at 1.2 GB a day\n"
      "  Last 30 days    900 recordings\n"
      "  Average length  20:50\n"
      "  A minute takes  960 kB\n"
      "\n"
      "What helps\n"
      "  1. Review the policies: retention policy list. What would help most: policy 'gdpr' at 45 "
      "days instead of 90 would free 12.3 GB.\n"
      "  2. Erase what nobody needs any more: retention plan shows it, retention sweep does it.\n"
      "  3. Expand the storage, then raise the quota: trunkline config set retention.quota SIZE.\n"
      "  4. Hold only what a case needs, and release what is over: retention hold list.\n"
      "\n"
      "Open alerts\n"
      "  1. warning: quota\n"
      "\n"
      "Erased in the last 24 hours\n"
      "  2026-11-30T01:05  done: 120 recordings, 1 call, 2.4 GB\n"
      "  Held              2 holds, 1 older than a year\n"
      "\n"
      "Failed in the last 24 hours\n"
      "  Recordings              1\n"
      "  Refused ledger entries  0\n"
      "  Alerts nobody got       0\n"
      "  Recording                             When              What\n"
      "  0199a1b2-0000-7000-8000-0000000000bb  2026-11-29T12:00  failed: disk full\n"
      "\n"
      "Last done\n"
      "  backup.made  2026-11-30T02:00\n"
      "\n"
      "Tenants, largest first\n"
      "  Name  Count    Size\n"
      "  main   3000   80 GB\n"
      "  acme   1000  5.3 GB\n"
      "\n"
      "Devices, largest first\n"
      "\n"
      "https://pbx.example\n");
  CHECK(page.level == alert::Level::warning);
}

}  // namespace trunkline::usage
