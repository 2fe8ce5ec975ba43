// SPDX-License-Identifier: MIT
#include "cdr/tariff.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

using core::ExitCode;

constexpr core::Milliseconds kImportTimeout{120'000};
constexpr core::Milliseconds kApplyTimeout{600'000};

Rate rate_of(const db::Row& row) {
  const auto amount = [&](const char* column) {
    return core::value_or_throw(Amount::parse(row.get<std::string>(column)));
  };
  return {.prefix = row.get<std::string>("prefix"),
          .description = row.get<std::string>("description"),
          .price_per_minute = amount("price_per_minute"),
          .connection_fee = amount("connection_fee"),
          .minimum_s = row.get<int>("minimum_s"),
          .increment_s = row.get<int>("increment_s"),
          .effective_from = row.get<core::Time>("effective_from"),
          .effective_to = row.get<std::optional<core::Time>>("effective_to")};
}

core::Json json_of(const Rate& rate) {
  core::Json json{{"prefix", rate.prefix},
                  {"description", rate.description},
                  {"price_per_minute", rate.price_per_minute.text()},
                  {"connection_fee", rate.connection_fee.text()},
                  {"minimum_s", rate.minimum_s},
                  {"increment_s", rate.increment_s},
                  {"effective_from", core::to_rfc3339(rate.effective_from)}};
  if (rate.effective_to) json["effective_to"] = core::to_rfc3339(*rate.effective_to);
  return json;
}

bool is_tariff_name(std::string_view name) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 64 && is_word(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_word(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_currency(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::vector<Tariff> list_tariffs(db::Connection& connection) {
  static constexpr db::Statement kSelect{
      "SELECT t.id, t.name, t.currency, t.changed_at,"
      "       (SELECT count(*) FROM trunkline.tariff_rate r WHERE r.tariff_id = t.id) AS rates"
      "  FROM trunkline.tariff t ORDER BY t.name"};
  std::vector<Tariff> tariffs;
  for (const db::Row row : connection.query(kSelect))
    tariffs.push_back({.id = row.get<core::Uuid>("id"),
                       .name = row.get<std::string>("name"),
                       .currency = row.get<std::string>("currency"),
                       .rates = row.get<std::int64_t>("rates"),
                       .changed_at = row.get<core::Time>("changed_at")});
  return tariffs;
}

core::Result<Tariff> find_tariff(db::Connection& connection, std::string_view name) {
  const std::vector<Tariff> tariffs = list_tariffs(connection);
  std::vector<std::string> names;
  for (const Tariff& tariff : tariffs) {
    if (tariff.name == core::to_lower(name)) return tariff;
    names.push_back(tariff.name);
  }
  if (tariffs.empty())
    return core::fault(ExitCode::no_input, "cannot find a tariff: there is none yet",
                       "import one: cdrctl rate import FILE --tariff NAME");
  if (name.empty() && tariffs.size() == 1) return tariffs[0];
  const std::string hint = fmt::format("one of: {}", core::join(names, ", "));
  if (name.empty())
    return core::fault(ExitCode::usage, "cannot tell which tariff: give --tariff", hint);
  return core::fault(ExitCode::no_input,
                     fmt::format("cannot find tariff '{}'", core::printable(name)), hint);
}

core::Result<Imported> import_rates(db::Connection& connection, std::string_view name,
                                    std::string_view currency, const std::vector<Rate>& rates,
                                    core::Time now) {
  static constexpr db::Statement kImport{
      "SELECT added, changed, unchanged FROM trunkline.tariff_import($1, $2, $3, $4::jsonb)"};
  if (!is_tariff_name(name))
    return core::fault(ExitCode::usage,
                       fmt::format("cannot name a tariff '{}'", core::printable(name)),
                       "use small letters, digits, and . _ - behind the first");
  if (!is_currency(currency))
    return core::fault(ExitCode::usage,
                       fmt::format("'{}' is no currency", core::printable(currency)),
                       "give three capital letters of ISO 4217: EUR");
  core::Json list = core::Json::array();
  for (const Rate& rate : rates) list.push_back(json_of(rate));
  connection.set_statement_timeout(kImportTimeout);
  const db::Rows rows = connection.query(kImport, {core::Uuid::make(now), name, currency, list});
  if (rows.empty())
    return core::fault(ExitCode::usage, fmt::format("tariff '{}' is not in {}", name, currency),
                       "a tariff has one currency: import this one under another name");
  return Imported{.added = rows[0].get<std::int64_t>("added"),
                  .changed = rows[0].get<std::int64_t>("changed"),
                  .unchanged = rows[0].get<std::int64_t>("unchanged")};
}

std::vector<Rate> rates_of(db::Connection& connection, const Tariff& tariff,
                           std::string_view digits) {
  static constexpr db::Statement kSelect{
      "SELECT prefix, description, price_per_minute, connection_fee, minimum_s, increment_s,"
      "       effective_from, effective_to FROM trunkline.tariff_rate"
      " WHERE tariff_id = $1 AND ($2::text IS NULL OR starts_with($2, prefix))"
      " ORDER BY CASE WHEN $2::text IS NULL THEN 0 ELSE -length(prefix) END, prefix,"
      "          effective_from"};
  std::vector<Rate> rates;
  const auto number = digits.empty() ? std::nullopt : std::optional(std::string(digits));
  for (const db::Row row : connection.query(kSelect, {tariff.id, number}))
    rates.push_back(rate_of(row));
  return rates;
}

std::optional<Price> price_of(db::Connection& connection, const Tariff& tariff,
                              std::string_view digits, core::Time at, core::Milliseconds talked) {
  static constexpr db::Statement kPrice{
      "SELECT r.prefix, r.description, r.price_per_minute, r.connection_fee, r.minimum_s,"
      "       r.increment_s, r.effective_from, r.effective_to, a.billed_s, a.amount"
      "  FROM trunkline.rate_find($1, $2, $3) r"
      " CROSS JOIN LATERAL trunkline.rate_amount(r.price_per_minute, r.connection_fee,"
      "                                          r.minimum_s, r.increment_s, $4) a"};
  const db::Rows rows = connection.query(kPrice, {tariff.id, digits, at, talked.count()});
  if (rows.empty()) return std::nullopt;
  return Price{.rate = rate_of(rows[0]),
               .billed_s = rows[0].get<std::int64_t>("billed_s"),
               .amount = core::value_or_throw(Amount::parse(rows[0].get<std::string>("amount")))};
}

Applied& Applied::operator+=(const Applied& other) {
  calls += other.calls;
  rated += other.rated;
  changed += other.changed;
  unpriced += other.unpriced;
  return *this;
}

Applied apply_rates(db::Connection& connection, const Tariff& tariff, core::Time since,
                    core::Time until) {
  static constexpr db::Statement kApply{
      "SELECT calls, rated, changed, unpriced FROM trunkline.rate_apply($1, $2, $3)"};
  connection.set_statement_timeout(kApplyTimeout);
  const db::Rows rows = connection.query(kApply, {tariff.id, since, until});
  const db::Row row = rows.only();
  return {.calls = row.get<std::int64_t>("calls"),
          .rated = row.get<std::int64_t>("rated"),
          .changed = row.get<std::int64_t>("changed"),
          .unpriced = row.get<std::int64_t>("unpriced")};
}

std::vector<Rating> ratings_of(db::Connection& connection, const core::CallRef& call) {
  static constexpr db::Statement kSelect{
      "SELECT rated_at, who, tariff, prefix, description, billed_s, amount, currency"
      "  FROM trunkline.call_rating WHERE call = $1 ORDER BY revision"};
  std::vector<Rating> ratings;
  for (const db::Row row : connection.query(kSelect, {call}))
    ratings.push_back(
        {.at = row.get<core::Time>("rated_at"),
         .who = row.get<std::string>("who"),
         .tariff = row.get<std::string>("tariff"),
         .prefix = row.get<std::string>("prefix"),
         .description = row.get<std::string>("description"),
         .billed_s = row.get<std::int64_t>("billed_s"),
         .amount = core::value_or_throw(Amount::parse(row.get<std::string>("amount"))),
         .currency = row.get<std::string>("currency")});
  return ratings;
}

core::Json to_json(const Rate& rate, const Tariff& tariff) {
  core::Json json{{"tariff", tariff.name}, {"currency", tariff.currency}};
  json.update(json_of(rate));
  return json;
}

}  // namespace trunkline::cdr
