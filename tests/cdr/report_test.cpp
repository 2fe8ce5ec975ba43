// SPDX-License-Identifier: MIT
#include "cdr/report.h"

#include <fmt/format.h>

#include <set>

#include "cdr/health.h"
#include "cdr/report_html.h"
#include "core/text.h"
#include "support/ledger_rows.h"
#include "support/local_zone.h"
#include "support/moment.h"

namespace trunkline::cdr {
namespace {

using core::Json;

struct ReportedLedger {
  test::Database database;
  test::LedgerRows rows{database};
  db::Connection connection = database.open();
  core::TenantId tenant = core::TenantId::make(test::moment_of("2026-01-01T00:00:00Z"));

  core::CallRef add(const std::string& at, const std::string& disposition, std::int64_t talk_ms = 0,
                    const std::string& dialled = "102", bool is_ringing = true) {
    const auto call = core::CallRef::make(test::moment_of(at));
    Json body{{"schema", "call.v1"},
              {"call", call.text()},
              {"direction", "internal"},
              {"caller", {{"name", "d1"}, {"number", "101"}}},
              {"called", {{"dialled", dialled}}},
              {"state", disposition.empty() ? "ringing" : "ended"},
              {"rule", "extension"},
              {"started_at", at}};
    if (!disposition.empty()) body["disposition"] = disposition;
    if (is_ringing) body["ringing_at"] = at;
    if (is_ringing) body["pdd_ms"] = 200;
    if (disposition == "answered" || disposition == "interrupted") {
      body["answered_at"] = at;
      body["talk_ms"] = talk_ms;
    }
    rows.add("call.ended", tenant, call, body);
    return call;
  }
  void hear(const core::CallRef& call, const char* mos) {
    rows.add("media.ended", tenant, call,
             {{"schema", "media.v1"},
              {"legs", Json::array({{{"leg", "caller"}, {"mos", Json::parse(mos)}}})}});
  }
  Report report(const std::string& by, const std::string& since, const std::string& until) {
    return make_report(connection, {.since = test::moment_of(since),
                                    .until = test::moment_of(until),
                                    .keys = parse_keys(by).value()})
        .value();
  }
};

/// "2026-03-28:2 2026-03-29:1": keys and calls.
std::string told(const Report& report) {
  std::vector<std::string> words;
  for (const ReportRow& row : report.rows)
    words.push_back(core::join(row.keys, "/") + ":" + std::to_string(row.figures.calls));
  return core::join(words, " ");
}

TEST_CASE("keys of a report are known words, each once, one of them of time", "[cdr]") {
  CHECK(parse_keys("day, tenant").value() == std::vector<std::string>{"day", "tenant"});
  CHECK(parse_keys("dya").error() ==
        core::Fault{core::ExitCode::usage, "cannot report by 'dya'", "did you mean 'day'?"});
  CHECK(parse_keys("").error().message == "cannot report by ''");
  CHECK(parse_keys("tenant,tenant").error().message == "cannot report by 'tenant' twice");
  CHECK(parse_keys("day,rule,hour").error().message == "cannot report by day and hour at once");
}

TEST_CASE("calls are counted by their outcome, the ratios are those of E.411 and E.425", "[cdr]") {
  ReportedLedger ledger;
  const auto heard = ledger.add("2026-11-21T08:00:00Z", "answered", 60'000);
  ledger.add("2026-11-21T08:00:01Z", "answered", 30'000);
  ledger.add("2026-11-21T08:00:02Z", "interrupted", 10'000);
  ledger.add("2026-11-21T08:00:03Z", "busy");
  ledger.add("2026-11-21T08:00:04Z", "missed");
  ledger.add("2026-11-21T08:00:05Z", "rejected");
  ledger.add("2026-11-21T08:00:06Z", "cancelled");
  ledger.add("2026-11-21T08:00:07Z", "cancelled", 0, "102", false);  // before it rang
  ledger.add("2026-11-21T08:00:08Z", "failed", 0, "102", false);
  ledger.add("2026-11-21T08:00:09Z", "refused", 0, "102", false);
  ledger.add("2026-11-21T08:00:10Z", "");
  ledger.hear(heard, "4.25");
  const Figures all =
      ledger.report("direction", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z").total;
  CHECK(all.calls == 11);
  CHECK(all.live == 1);
  CHECK(all.refused == 1);
  CHECK(all.seizures() == 9);
  CHECK(all.answered == 3);
  CHECK(all.delivered == 7);
  CHECK(all.talk_ms == 100'000);
  CHECK(all.acd_ms() == 33'333);
  CHECK(all.average_pdd_ms() == 200);
  CHECK(all.average_mos() == 4.25);
  CHECK(all.cost.empty());
}

TEST_CASE("days are those of the zone on both days the clock is changed", "[cdr]") {
  ReportedLedger ledger;
  for (const char* at : {"2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z",
                         "2026-03-29T22:00:00Z", "2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z",
                         "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"})
    ledger.add(at, "answered", 1'000);
  {
    const test::LocalZone berlin("Europe/Berlin");
    CHECK(told(ledger.report("day", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")) ==
          "2026-03-28:1 2026-03-29:2 2026-03-30:1");
    CHECK(told(ledger.report("day", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")) ==
          "2026-10-24:1 2026-10-25:2 2026-10-26:1");
    CHECK(told(ledger.report("month", "2026-03-01T12:00:00Z", "2026-05-01T00:00:00Z")) ==
          "2026-03:4 2026-04:0 2026-05:0");
    // The hour that comes twice.
    ledger.add("2026-10-25T00:30:00Z", "busy");
    ledger.add("2026-10-25T01:30:00Z", "busy");
    CHECK(told(ledger.report("hour", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z")) ==
          "2026-10-25 02:00 +0200:1 2026-10-25 02:00 +0100:1");
  }
  const test::LocalZone utc("UTC");
  CHECK(told(ledger.report("day", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z")) ==
        "2026-03-28:2 2026-03-29:2");
}

TEST_CASE("calls are grouped by several keys, and by one alone the most come first", "[cdr]") {
  const test::LocalZone utc("UTC");
  ReportedLedger ledger;
  ledger.add("2026-11-20T08:00:00Z", "busy");
  ledger.add("2026-11-21T08:00:00Z", "busy");
  ledger.add("2026-11-21T08:00:00Z", "missed", 0, "+493012345678");
  ledger.add("2026-11-21T09:00:00Z", "missed", 0, "+4930123");
  ledger.add("2026-11-21T09:00:00Z", "");
  const auto by = [&](const std::string& keys) {
    return told(ledger.report(keys, "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"));
  };
  CHECK(by("day,disposition") ==
        "2026-11-20/busy:1 2026-11-21/:1 2026-11-21/busy:1 2026-11-21/missed:2");
  CHECK(by("disposition,day") ==
        "/2026-11-21:1 busy/2026-11-20:1 busy/2026-11-21:1 missed/2026-11-21:2");
  CHECK(by("disposition") == "busy:2 missed:2 :1");
  CHECK(by("country") == ":3 DE:2");
  CHECK(by("rule") == "extension:5");
  CHECK(by("tenant") == ledger.tenant.text() + ":5");
  CHECK(shown_key("disposition", "") == "live");
  CHECK(shown_key("country", "") == "-");
}

TEST_CASE("calls are grouped by trunk, DID and campaign", "[cdr]") {
  const test::LocalZone utc("UTC");
  ReportedLedger ledger;
  for (int second = 0; second < 4; ++second)
    ledger.add(fmt::format("2026-11-21T08:00:0{}Z", second), "busy");
  ledger.database.open_as_superuser().run_script(
      "UPDATE trunkline.cdr SET trunk = 'carrier', did = '+4930123456'"
      " WHERE started_at < '2026-11-21T08:00:03Z';"
      "UPDATE trunkline.cdr SET did = '+4930123457', campaign = 'spring'"
      " WHERE started_at < '2026-11-21T08:00:01Z'");
  const auto by = [&](const std::string& keys) {
    return told(ledger.report(keys, "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"));
  };
  CHECK(by("trunk") == "carrier:3 :1");
  CHECK(by("did") == "+4930123456:2 :1 +4930123457:1");
  CHECK(by("campaign") == ":3 spring:1");
  CHECK(by("trunk,did") == "/:1 carrier/+4930123456:2 carrier/+4930123457:1");
}

TEST_CASE("the database reports by the same keys, an hour or a day being a period", "[cdr]") {
  const test::Database database;
  db::Connection connection = database.open();
  static constexpr db::Statement kKeys{"SELECT key FROM trunkline.report_keys()"};
  std::set<std::string> there;
  for (const db::Row row : connection.query(kKeys)) there.insert(row.get<std::string>("key"));
  std::set<std::string> ours;
  for (const std::string& key : report_keys()) ours.insert(parse_unit(key) ? "period" : key);
  CHECK(there == ours);
}

TEST_CASE("a tenant's session reports its own calls only", "[cdr]") {
  ReportedLedger ledger;
  ledger.add("2026-11-21T08:00:00Z", "busy");
  ledger.tenant = core::TenantId::make(test::moment_of("2026-01-02T00:00:00Z"));
  ledger.add("2026-11-21T08:00:00Z", "busy");
  db::Options options = ledger.database.options();
  options.tenant = ledger.tenant;
  db::Connection bound = db::Connection::open(options);
  const Report report = make_report(bound, {.since = test::moment_of("2026-11-21T00:00:00Z"),
                                            .until = test::moment_of("2026-11-22T00:00:00Z"),
                                            .keys = {"direction"}})
                            .value();
  CHECK(report.total.calls == 1);
}

TEST_CASE("a report is written as CSV and JSON", "[cdr]") {
  const test::LocalZone utc("UTC");
  ReportedLedger ledger;
  ledger.add("2026-11-21T08:00:00Z", "answered", 90'500);
  Report report = ledger.report("day", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z");
  report.rows[1].figures.cost["EUR"] = Amount(12'300);
  report.total.cost["EUR"] = Amount(12'300);
  CHECK(
      csv_of(report) ==
      "day,calls,live,refused,seizures,answered,asr_percent,ner_percent,acd_ms,pdd_ms,talk_ms,mos,"
      "cost_EUR\r\n"
      "2026-11-20,0,0,0,0,0,,,,,0,,\r\n"
      "2026-11-21,1,0,0,1,1,100.00,100.00,90500,200,90500,,0.0123\r\n");
  CHECK(core::to_line(to_json(report, report.rows[1])) ==
        R"({"since":"2026-11-20T00:00:00.000000Z","until":"2026-11-22T00:00:00.000000Z",)"
        R"("by":{"day":"2026-11-21"},"calls":1,"live":0,"refused":0,"seizures":1,"answered":1,)"
        R"("asr_percent":100.0,"ner_percent":100.0,"acd_ms":90500,"pdd_ms":200,"talk_ms":90500,)"
        R"("cost":{"EUR":"0.0123"}})");
}

TEST_CASE("a page of a report holds its numbers, and no markup of anybody else", "[cdr]") {
  const test::LocalZone utc("UTC");
  Report report{.since = test::moment_of("2026-11-20T00:00:00Z"),
                .until = test::moment_of("2026-11-21T00:00:00Z"),
                .keys = {"rule"},
                .rows = {{.keys = {"<script>alert(\"x\")</script>"},
                          .figures = {.calls = 1'234, .answered = 617, .delivered = 617}}},
                .total = {.calls = 1'234, .answered = 617, .delivered = 617}};
  const std::string page = html_of(report, "Calls & more", "UTC");
  CHECK(page.starts_with("<!DOCTYPE html>\n"));
  CHECK(page.find("<title>Calls &amp; more</title>") != std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;") != std::string::npos);
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("1\u202f234") != std::string::npos);
  CHECK(page.find("50.0\u202f%") != std::string::npos);
  CHECK(page.find("role=\"img\" aria-label=\"Calls: 1 bars") != std::string::npos);
  CHECK(page.find("prefers-color-scheme:dark") != std::string::npos);
  CHECK(escaped("a\x1b[2J'&") == "a\\x1b[2J'&amp;");
  report.rows.clear();
  report.total = {};
  CHECK(html_of(report, "Nothing", "UTC").find("<svg") == std::string::npos);
}

TEST_CASE("health is what the ledger alone can tell", "[cdr]") {
  ReportedLedger ledger;
  const auto health = [&] {
    return health_of(ledger.connection, test::moment_of("2026-11-21T00:00:00Z"),
                     test::moment_of("2026-11-22T00:00:00Z"), std::nullopt);
  };
  CHECK_FALSE(health().lag);
  ledger.add("2026-11-20T08:00:00Z", "");
  ledger.add("2026-11-21T08:00:00Z", "busy");
  ledger.rows.ship();
  const Health now = health();
  CHECK(now.figures.calls == 1);
  CHECK(now.live_now == 1);
  CHECK(now.incomplete == 0);
  CHECK(now.rejected == 0);
  CHECK(now.lag == core::Milliseconds(0));
}

}  // namespace
}  // namespace trunkline::cdr
