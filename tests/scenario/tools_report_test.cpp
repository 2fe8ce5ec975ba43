// SPDX-License-Identifier: MIT
// `cdrctl why`, `note`, `report`, `stats` and `rate` against a real PostgreSQL.
#include <unistd.h>

#include "number/e164.h"
#include "scenario/tools_site.h"
#include "support/ledger_rows.h"

namespace trunkline {
namespace {

/// Calls from 101 to a number, answered or not, entry by entry, from 2025-11-21T08:00:00Z on.
struct ReportedCalls {
  explicit ReportedCalls(const test::Site& site)
      : rows(site.database()), connection(site.database().open()) {
    static constexpr db::Statement kTenant{"SELECT id FROM trunkline.tenant"};
    tenant = connection.query(kTenant).only().get<core::TenantId>("id");
  }

  core::CallRef add(std::int64_t second, const std::string& dialled, std::int64_t talk_s) {
    const auto call = core::CallRef::make(at(second));
    core::Json body{
        {"schema", "call.v1"},
        {"call", call.text()},
        {"tenant", tenant.text()},
        {"direction", "internal"},
        {"caller", {{"name", "alice"}, {"number", "101"}, {"address", "192.0.2.10:5060"}}},
        {"called", {{"dialled", dialled}}},
        {"state", "ringing"},
        {"rule", "extension"},
        {"started_at", core::to_rfc3339(at(second))},
        {"ringing_at", core::to_rfc3339(at(second + 1))},
        {"pdd_ms", 1'000},
        {"recording_mode", "off"},
        {"recording_rule", "tenant"}};
    rows.add("call.ringing", tenant, call, body);
    body["state"] = "ended";
    body["disposition"] = talk_s > 0 ? "answered" : "busy";
    body["sip_status"] = talk_s > 0 ? 200 : 486;
    body["ended_by"] = "called";
    if (talk_s > 0) {
      body["answered_at"] = core::to_rfc3339(at(second + 5));
      body["talk_ms"] = talk_s * 1'000;
    }
    body["ended_at"] = core::to_rfc3339(at(second + 5 + talk_s));
    rows.add("call.ended", tenant, call, body);
    rows.ship();
    return call;
  }

  static core::Time at(std::int64_t second) {
    return core::from_microseconds(1'763'712'000'000'000 + second * 1'000'000);
  }

  test::LedgerRows rows;
  db::Connection connection;
  core::TenantId tenant;
};

test::Words zoned(test::Words words) {
  words.insert(words.end(),
               {"--tz", "Europe/Berlin", "--since", "2025-11-21", "--until", "2025-11-23"});
  return words;
}

}  // namespace

TEST_CASE("a call's life is told, with notes, cost and how long it is kept", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ReportedCalls calls(site);
  const auto call = calls.add(0, "+493012345678", 90);
  std::ofstream(site.path("rates.csv")) << "prefix,description,price\n49,Germany,0.02\n";
  (void)site.json("cdrctl", {"rate", "import", site.path("rates.csv"), "--tariff", "a"});
  (void)site.json("cdrctl", {"rate", "apply", "--since", "2025-11-21", "--until", "2025-11-22"});
  const auto noted = site.json("cdrctl", {"note", call.text(), "call back"});
  REQUIRE(noted.size() == 1);
  CHECK(core::text_at(noted[0], "text") == "call back");

  const auto told = site.json("cdrctl", {"why", "last"});
  REQUIRE(told.size() == 1);
  std::vector<std::string> words;
  for (const core::Json& one : told[0].at("history")) words.push_back(core::text_at(one, "words"));
  CHECK(words ==
        std::vector<std::string>{"INVITE from 101 alice at 192.0.2.10:5060 for +493012345678",
                                 "routed by rule extension", "recording off (tenant)",
                                 "+493012345678 is ringing", "answered by +493012345678",
                                 "answered, ended by the called: SIP 200"});
  CHECK(core::text_at(told[0].at("ratings")[0], "cost") == "0.03");
  CHECK(core::text_at(told[0].at("notes")[0], "text") == "call back");
  CHECK(core::text_at(told[0].at("keeping").at("call"), "fate") == "kept");
  CHECK(core::text_at(told[0].at("call"), "country") == "DE");

  const std::string lines = site.run("cdrctl", {"why", "last"}).output;
  CHECK(lines.find("+1.000 s\t+493012345678 is ringing\n") != std::string::npos);
  CHECK(lines.find("times\tset up in 5.000 s, post-dial delay 1.000 s, talked 90.000 s\n") !=
        std::string::npos);
  CHECK(lines.find("media\tno account of it came\n") != std::string::npos);
  CHECK(lines.find("cost\t0.03 EUR for 90 s by prefix 49 Germany of tariff a, rated ") !=
        std::string::npos);
  const auto shown = site.json("cdrctl", {"show", "last"});
  CHECK(core::text_at(shown[0], "cost") == "0.03");
  CHECK(shown[0].at("notes").size() == 1);
  const std::string csv = site.run("cdrctl", {"export"}).output;
  CHECK(csv.find(",country,cost,cost_currency,trunk,did,campaign\r\n") != std::string::npos);
  CHECK(csv.find(",DE,0.03,EUR,,,\r\n") != std::string::npos);
  CHECK(site.json("cdrctl", {"note", "list", "last"}).size() == 1);
  CHECK(site.json("cdrctl", {"note", "list", "--until", "2025-01-01"}).empty());
  CHECK(site.refusal("cdrctl", {"why", "nobody"}) ==
        "cdrctl: cannot find call 'nobody'\n"
        "hint: give an id or its end, a SIP Call-ID, a number or last: cdrctl list\n");
}

TEST_CASE("calls are reported in every form, and in one line", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ReportedCalls calls(site);
  calls.add(0, "+493012345678", 90);  // 2025-11-21 08:00 UTC
  calls.add(60'000, "102", 0);        // 00:40 of the next day, and so it is in Berlin
  const auto rows = site.json("cdrctl", zoned({"report", "--by", "day"}));
  REQUIRE(rows.size() == 2);
  CHECK(core::text_at(rows[0].at("by"), "day") == "2025-11-21");
  CHECK(core::number_at(rows[0], "answered") == 1);
  CHECK(core::number_at(rows[0], "acd_ms") == 90'000);
  CHECK(core::number_at(rows[1], "answered") == 0);
  CHECK(site.run("cdrctl", zoned({"report", "--by", "country"})).output ==
        "-\t1\t0\t0.00\t100.00\t\t1000\t0\t\n"
        "DE\t1\t1\t100.00\t100.00\t90000\t1000\t90000\t\n");
  CHECK(
      site.run("cdrctl", zoned({"report", "--by", "day,disposition", "--format", "csv"})).output ==
      "day,disposition,calls,live,refused,seizures,answered,asr_percent,ner_percent,acd_ms,pdd_ms,"
      "talk_ms,mos\r\n"
      "2025-11-21,answered,1,0,0,1,1,100.00,100.00,90000,1000,90000,\r\n"
      "2025-11-22,busy,1,0,0,1,0,0.00,100.00,,1000,0,\r\n");
  site.database().open_as_superuser().run_script(
      "UPDATE trunkline.cdr SET trunk = 'carrier', did = '+4930999', campaign = 'spring'"
      " WHERE disposition = 'answered'");
  CHECK(site.run("cdrctl", zoned({"report", "--by", "trunk,did,campaign"})).output ==
        "-\t-\t-\t1\t0\t0.00\t100.00\t\t1000\t0\t\n"
        "carrier\t+4930999\tspring\t1\t1\t100.00\t100.00\t90000\t1000\t90000\t\n");
  const auto by_did = site.json("cdrctl", zoned({"report", "--by", "did"}));
  REQUIRE(by_did.size() == 2);
  CHECK(by_did[0].at("by").empty());
  CHECK(core::text_at(by_did[1].at("by"), "did") == "+4930999");
  const std::string told = site.run("cdrctl", {"why", "+493012345678"}).output;
  CHECK(told.find("trunk\tcarrier\nDID\t+4930999\ncampaign\tspring\n") != std::string::npos);
  const std::string page =
      site.run("cdrctl", zoned({"report", "--by", "day", "--format", "html"})).output;
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.find("2025-11-21 00:00 to 2025-11-23 00:00, Europe/Berlin") != std::string::npos);
  CHECK(site.refusal("cdrctl", {"report", "--by", "wether"})
            .starts_with("cdrctl: cannot report by 'wether'\nhint: "));
  CHECK(site.refusal("cdrctl", {"report", "--since", "2h", "--until", "3h"}) ==
        "cdrctl: cannot report a time that ends before it begins\n"
        "hint: give an --until behind --since\n");

  const auto stats = site.json("cdrctl", zoned({"stats"}));
  REQUIRE(stats.size() == 1);
  CHECK(core::number_at(stats[0], "calls") == 2);
  CHECK(core::number_at(stats[0], "live_now", -1) == 0);
  const std::string line = site.run("cdrctl", zoned({"stats"})).output;
  CHECK(
      line.starts_with("since 2025-11-21: 2 calls, 0 live, ASR 50.0 %, ACD 1:30, "
                       "0 recordings missing, ledger 0 s behind"));
}

TEST_CASE("tariffs are imported, shown, tried and applied", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ReportedCalls calls(site);
  calls.add(0, "+4915112345678", 31);
  calls.add(10, "+33123456789", 60);
  std::ofstream(site.path("rates.csv"))
      << "prefix;description;price;connection_fee;minimum;increment;colour\r\n"
         "49;Germany;0,01;;;;\r\n4915;\"Germany; mobile\";0,06;0,05;30;6;red\r\n";
  const test::Words import{"rate",       "import", site.path("rates.csv"), "--tariff", "carrier-a",
                           "--currency", "USD"};
  CHECK(core::number_at(site.json("cdrctl", import).at(0), "added") == 2);
  CHECK(core::number_at(site.json("cdrctl", import).at(0), "unchanged") == 2);
  CHECK(core::text_at(site.json("cdrctl", {"rate", "list"}).at(0), "currency") == "USD");
  CHECK(site.json("cdrctl", {"rate", "show"}).size() == 2);
  CHECK(
      core::text_at(
          site.json("cdrctl", {"rate", "show", "carrier-a", "--number", "+49 151 12345678"}).at(0),
          "prefix") == "4915");
  const auto price = site.json("cdrctl", {"rate", "test", "+4915112345678", "--talk", "31s"}).at(0);
  CHECK(core::text_at(price, "cost") == "0.086");
  CHECK(core::number_at(price, "billed_s") == 36);
  CHECK(site.refusal("cdrctl", {"rate", "test", "+33123456789"}) ==
        "cdrctl: tariff 'carrier-a' has no price for +33123456789 then\n"
        "hint: see its prices: cdrctl rate show carrier-a\n");

  const test::Words apply{"rate", "apply", "--since", "2025-11-20"};
  const auto first = site.json("cdrctl", apply, 3).at(0);
  CHECK(core::number_at(first, "rated") == 1);
  CHECK(core::number_at(first, "unpriced") == 1);
  CHECK(core::number_at(site.json("cdrctl", apply, 3).at(0), "rated") == 0);
  CHECK(core::text_at(site.json("cdrctl", zoned({"report", "--by", "country"})).at(0).at("cost"),
                      "USD") == "0.086");

  std::ofstream(site.path("bad.csv")) << "prefix,price\n49,0.01\n4x,0.02\n";
  CHECK(site.refusal("cdrctl", {"rate", "import", site.path("bad.csv"), "--tariff", "b"}) ==
        "cdrctl: " + site.path("bad.csv").string() +
            ":3: '4x' is no prefix\n"
            "hint: write the first digits of E.164 numbers, country code first: 4915\n");
  CHECK(site.json("cdrctl", {"rate", "list"}).size() == 1);
  CHECK(site.refusal("cdrctl", {"rate", "import", site.path("rates.csv"), "--tariff", "carrier-a",
                                "--currency", "EUR"}) ==
        "columns that are not read: colour\n"
        "cdrctl: tariff 'carrier-a' is not in EUR\n"
        "hint: a tariff has one currency: import this one under another name\n");
}

TEST_CASE("PostgreSQL and lib/number say the same of a number's country", "[scenario]") {
  const test::Database database;
  db::Connection connection = database.open();
  static constexpr db::Statement kCountry{"SELECT trunkline.country_of($1) AS country"};
  for (const char* text :
       {"+12125550123",  "+14165550123",   "+18765550123",  "+17875550123",  "+4930123456",
        "+491511234567", "+442071838750",  "+447911123456", "+441534440000", "+74951234567",
        "+77012345678",  "+390612345678",  "+33123456789",  "+34912345678",  "+41446681800",
        "+43316123456",  "+358501234567",  "+61291234567",  "+81312345678",  "+861012345678",
        "+912212345678", "+5511912345678", "+27123456789",  "+972501234567", "+35212345678"}) {
    const auto number = number::E164::parse(text).value();
    CAPTURE(text);
    CHECK(connection.query(kCountry, {number.digits()})
              .only()
              .get<std::optional<std::string>>("country")
              .value_or("") == number::region_of(number));
  }
}

}  // namespace trunkline
