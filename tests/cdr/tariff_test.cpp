// SPDX-License-Identifier: MIT
#include "cdr/tariff.h"

#include <ctime>

#include "cdr/text_source.h"
#include "core/text.h"
#include "support/ledger_rows.h"
#include "support/moment.h"

namespace trunkline::cdr {
namespace {

core::Result<std::vector<Rate>> rates_of(std::string_view text, std::vector<std::string>& ignored) {
  CsvReader reader(source_of(text), "rates.csv");
  return read_rates(reader, test::moment_of("2026-11-21T08:00:00Z"), ignored);
}

core::Result<std::vector<Rate>> rates_of(std::string_view text) {
  std::vector<std::string> ignored;
  return rates_of(text, ignored);
}

std::string fault_of(std::string_view text) {
  const auto rates = rates_of(text);
  return rates ? "none" : rates.error().message;
}

/// An answered call to a number.
core::CallRef add_answered_call(test::LedgerRows& rows, const char* at, const std::string& dialled,
                                std::int64_t talk_ms) {
  const core::Time started = test::moment_of(at);
  const auto call = core::CallRef::make(started);
  rows.add("call.ended", core::TenantId::make(started), call,
           {{"schema", "call.v1"},
            {"call", call.text()},
            {"direction", "internal"},
            {"caller", {{"number", "101"}}},
            {"called", {{"dialled", dialled}}},
            {"state", "ended"},
            {"disposition", "answered"},
            {"started_at", at},
            {"answered_at", at},
            {"talk_ms", talk_ms}});
  return call;
}

}  // namespace

TEST_CASE("a price list is read by the names of its columns", "[cdr]") {
  std::vector<std::string> ignored;
  const auto rates = rates_of(
      "Price;Prefix;Colour;Description;connection_fee;minimum;increment;effective_from;effective_"
      "to\n"
      "0,0123;+49 15;red;\"Germany; mobile\";0,05;30;6;2026-11-01T00:00:00Z;2027-01-01T00:00:00Z\n"
      "1;1;;;;;;;\n",
      ignored);
  REQUIRE(rates);
  REQUIRE(rates->size() == 2);
  CHECK(ignored == std::vector<std::string>{"colour"});
  const Rate& first = rates->front();
  CHECK(first.prefix == "4915");
  CHECK(first.description == "Germany; mobile");
  CHECK(first.price_per_minute.text() == "0.0123");
  CHECK(first.connection_fee.text() == "0.05");
  CHECK(first.minimum_s == 30);
  CHECK(first.increment_s == 6);
  CHECK(first.effective_from == test::moment_of("2026-11-01T00:00:00Z"));
  CHECK(first.effective_to == test::moment_of("2027-01-01T00:00:00Z"));
  CHECK(rates->back().increment_s == 1);
  CHECK(rates->back().effective_from == core::Time{});
  CHECK_FALSE(rates->back().effective_to);
}

TEST_CASE("a price list that cannot be read names the line", "[cdr]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"prefix,cost\n49,1\n", "rates.csv:1: no column 'price'"},
      {"prefix,price,Prefix\n", "rates.csv:1: two columns 'prefix'"},
      {"prefix,price\n49,1\nx,1\n", "rates.csv:3: 'x' is no prefix"},
      {"prefix,price\n049,1\n", "rates.csv:2: '049' is no prefix"},
      {"prefix,price\n,1\n", "rates.csv:2: '' is no prefix"},
      {"prefix,price\n49,\n", "rates.csv:2: '' is no amount of money"},
      {"prefix,price\n49,\"1,5\"\n", "rates.csv:2: '1,5' is no amount of money"},
      {"prefix,price\n49,0.0000001\n", "rates.csv:2: '0.0000001' is no amount of money"},
      {"prefix,price\n49,1000001\n", "rates.csv:2: 1000001.00 is more than a million"},
      {"prefix,price,increment\n49,1,0\n", "rates.csv:2: '0' is no number of seconds"},
      {"prefix,price,effective_from\n49,1,soon\n", "rates.csv:2: cannot read time 'soon'"},
      {"prefix,price,effective_from,effective_to\n49,1,2026-11-02,2026-11-02\n",
       "rates.csv:2: the price ends before it begins"},
      {"prefix,price\n49,1\n48,1\n49,2\n",
       "rates.csv:4: prefix 49 has a price from the same time in line 2"},
      {"prefix,price\n49\n", "rates.csv:2: 1 field, and line 1 has 2"}};
  for (const auto& [text, wanted] : table) {
    CAPTURE(text);
    CHECK(fault_of(text) == wanted);
  }
}

TEST_CASE("what a call costs: at least the minimum, whole increments, rounded once", "[cdr]") {
  const test::Database database;
  db::Connection connection = database.open();
  static constexpr db::Statement kAmount{
      "SELECT billed_s, trim_scale(amount)::text AS amount"
      "  FROM trunkline.rate_amount($1::numeric, $2::numeric, $3, $4, $5)"};
  struct Case {
    const char* price;
    const char* fee;
    int minimum_s;
    int increment_s;
    std::int64_t talk_ms;
    std::int64_t billed_s;
    const char* amount;
  };
  const std::vector<Case> cases{
      {"0.60", "0", 0, 1, 0, 0, "0"},
      {"0.60", "0", 0, 1, 1, 1, "0.01"},
      {"0.60", "0", 0, 1, 1'000, 1, "0.01"},
      {"0.60", "0", 0, 1, 1'001, 2, "0.02"},
      {"0.60", "0.05", 30, 6, 1'000, 30, "0.35"},
      {"0.60", "0.05", 30, 6, 30'001, 36, "0.41"},
      {"0.60", "0", 60, 60, 60'000, 60, "0.6"},
      {"0.60", "0", 60, 60, 60'001, 120, "1.2"},
      {"0.60", "0", 10, 7, 0, 14, "0.14"},  // the minimum, too, is in whole increments
      {"0.0001", "0", 0, 1, 1'000, 1, "0.000002"},
      {"0.00009", "0", 0, 1, 1'000, 1, "0.000002"},  // half a millionth up
      {"0.000001", "0", 0, 1, 29'000, 29, "0"},
      {"0.000001", "0", 0, 1, 30'000, 30, "0.000001"},
      {"999999999999", "0", 0, 1, 86'400'000, 86'400, "1439999999998560"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.price, one.talk_ms, one.minimum_s, one.increment_s);
    const db::Rows rows = connection.query(
        kAmount, {one.price, one.fee, one.minimum_s, one.increment_s, one.talk_ms});
    CHECK(rows.only().get<std::int64_t>("billed_s") == one.billed_s);
    CHECK(rows.only().get<std::string>("amount") == one.amount);
  }
}

TEST_CASE("the longest prefix with a price at that time wins", "[cdr]") {
  const test::Database database;
  db::Connection connection = database.open();
  const core::Time now = test::moment_of("2026-11-21T08:00:00Z");
  const auto rates = rates_of(
      "prefix,price,effective_from,effective_to\n"
      "49,1,,\n"
      "4915,2,2026-02-01T00:00:00Z,2026-03-01T00:00:00Z\n"
      "49,3,2026-04-01T00:00:00Z,\n"
      "4915,4,2026-05-01T00:00:00Z,\n"
      "1,5,,\n");
  REQUIRE(import_rates(connection, "a", "EUR", rates.value(), now));
  const Tariff tariff = find_tariff(connection, "").value();
  const std::vector<std::tuple<const char*, const char*, std::string>> table{
      {"493012", "2026-01-15T00:00:00Z", "1.00"},   {"491512", "2026-01-15T00:00:00Z", "1.00"},
      {"491512", "2026-02-01T00:00:00Z", "2.00"},   {"491512", "2026-02-28T23:59:59Z", "2.00"},
      {"491512", "2026-03-01T00:00:00Z", "1.00"},   {"491512", "2026-04-15T00:00:00Z", "3.00"},
      {"491512", "2026-05-01T00:00:00Z", "4.00"},   {"493012", "2026-05-01T00:00:00Z", "3.00"},
      {"15550100", "2026-05-01T00:00:00Z", "5.00"}, {"4412345", "2026-05-01T00:00:00Z", ""}};
  for (const auto& [digits, at, wanted] : table) {
    CAPTURE(digits, at);
    const auto price =
        price_of(connection, tariff, digits, test::moment_of(at), core::Milliseconds(60'000));
    CHECK((price ? price->amount.text() : "") == wanted);
  }
  CHECK(rates_of(connection, tariff, "491512").front().prefix == "4915");
  CHECK(rates_of(connection, tariff, "").size() == 5);
}

TEST_CASE("prices are taken once, and a tariff keeps its currency", "[cdr]") {
  const test::Database database;
  db::Connection connection = database.open();
  const core::Time now = test::moment_of("2026-11-21T08:00:00Z");
  CHECK(find_tariff(connection, "").error().message == "cannot find a tariff: there is none yet");
  const auto first = rates_of("prefix,price\n49,1\n1,2\n").value();
  const auto taken = import_rates(connection, "a", "EUR", first, now).value();
  CHECK(taken.added == 2);
  const auto again = import_rates(connection, "a", "EUR", first, now).value();
  CHECK(again.added + again.changed == 0);
  CHECK(again.unchanged == 2);
  const auto changed =
      import_rates(connection, "a", "EUR", rates_of("prefix,price\n49,1.5\n7,1\n").value(), now)
          .value();
  CHECK(changed.added == 1);
  CHECK(changed.changed == 1);
  CHECK(import_rates(connection, "a", "USD", first, now).error().message ==
        "tariff 'a' is not in USD");
  CHECK(import_rates(connection, "A b", "EUR", first, now).error().message ==
        "cannot name a tariff 'A b'");
  CHECK(import_rates(connection, "a", "euro", first, now).error().message ==
        "'euro' is no currency");
  REQUIRE(import_rates(connection, "b", "USD", first, now));
  CHECK(find_tariff(connection, "").error().hint == "one of: a, b");
  CHECK(find_tariff(connection, "c").error().code == core::ExitCode::no_input);
  CHECK(list_tariffs(connection).front().rates == 3);
}

TEST_CASE("calls are rated once, and anew where prices changed, with their history", "[cdr]") {
  const test::Database database;
  test::LedgerRows rows(database);
  db::Connection connection = database.open();
  const core::Time now = test::moment_of("2026-11-22T00:00:00Z");
  const core::Time since = test::moment_of("2026-11-21T00:00:00Z");
  const auto german = add_answered_call(rows, "2026-11-21T08:00:00Z", "+493012345678", 90'000);
  add_answered_call(rows, "2026-11-21T09:00:00Z", "+4412345678", 60'000);
  add_answered_call(rows, "2026-11-21T09:00:00Z", "102", 60'000);
  REQUIRE(import_rates(connection, "a", "EUR", rates_of("prefix,price\n49,0.02\n").value(), now));
  const Tariff tariff = find_tariff(connection, "a").value();

  const Applied first = apply_rates(connection, tariff, since, now);
  CHECK(first.calls == 2);
  CHECK(first.rated == 1);
  CHECK(first.changed == 0);
  CHECK(first.unpriced == 1);
  const Applied again = apply_rates(connection, tariff, since, now);
  CHECK(again.rated + again.changed == 0);
  CHECK(ratings_of(connection, german).size() == 1);

  REQUIRE(import_rates(connection, "a", "EUR", rates_of("prefix,price\n49,0.04\n").value(), now));
  CHECK(apply_rates(connection, tariff, since, now).changed == 1);
  const std::vector<Rating> ratings = ratings_of(connection, german);
  REQUIRE(ratings.size() == 2);
  CHECK(ratings[0].amount.text() == "0.03");
  CHECK(ratings[1].amount.text() == "0.06");
  CHECK(ratings[1].who == "test");
  static constexpr db::Statement kCost{
      "SELECT trim_scale(cost)::text AS cost, cost_currency, country FROM trunkline.cdr"
      " WHERE call = $1"};
  const db::Rows cost = connection.query(kCost, {german});
  CHECK(cost.only().get<std::string>("cost") == "0.06");
  CHECK(cost.only().get<std::string>("cost_currency") == "EUR");
  CHECK(cost.only().get<std::string>("country") == "DE");
}

}  // namespace trunkline::cdr
