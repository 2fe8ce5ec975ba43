// SPDX-License-Identifier: MIT
#include "cdr/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cdr/csv.h"
#include "core/text.h"

namespace trunkline::cdr {
namespace {

using core::ExitCode;

std::optional<std::size_t> time_key_of(const std::vector<std::string>& keys) {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (parse_unit(keys[i])) return i;
  return std::nullopt;
}

Figures figures_of(const db::Row& row) {
  Figures figures{.calls = row.get<std::int64_t>("calls"),
                  .live = row.get<std::int64_t>("live"),
                  .refused = row.get<std::int64_t>("refused"),
                  .answered = row.get<std::int64_t>("answered"),
                  .delivered = row.get<std::int64_t>("delivered"),
                  .talked = row.get<std::int64_t>("talked"),
                  .talk_ms = row.get<std::int64_t>("talk_ms"),
                  .alerted = row.get<std::int64_t>("alerted"),
                  .pdd_ms = row.get<std::int64_t>("pdd_ms"),
                  .heard = row.get<std::int64_t>("heard"),
                  .mos = row.get<double>("mos")};
  if (const auto cost = row.get<std::optional<std::string>>("cost"))
    figures.cost[row.get<std::string>("currency")] = core::value_or_throw(Amount::parse(*cost));
  return figures;
}

db::Rows ask(db::Connection& connection, const ReportQuery& query,
             const std::vector<core::Time>& starts) {
  static constexpr db::Statement kReport{
      "SELECT to_json(keys) AS keys, currency, calls, live, refused, answered, delivered, talked,"
      "       talk_ms::bigint AS talk_ms, alerted, pdd_ms::bigint AS pdd_ms, heard,"
      "       mos::float8 AS mos, cost::numeric(18, 6) AS cost"
      "  FROM trunkline.report_calls($1, $2, $3::text[]::timestamptz[], $4, $5)"};
  std::vector<std::string> texts;
  texts.reserve(starts.size());
  for (const core::Time start : starts) texts.push_back(core::to_rfc3339(start));
  std::vector<std::string> keys;
  for (const std::string& key : query.keys) keys.push_back(parse_unit(key) ? "period" : key);
  return connection.query(kReport, {query.since, query.until, db::Value::array(texts),
                                    db::Value::array(keys), query.tenant});
}

void sort(Report& report) {
  const bool is_ranked = report.keys.size() == 1 && !report.time_key;
  std::sort(report.rows.begin(), report.rows.end(),
            [&](const ReportRow& left, const ReportRow& right) {
              if (is_ranked && left.figures.calls != right.figures.calls)
                return left.figures.calls > right.figures.calls;
              for (std::size_t i = 0; i < report.keys.size(); ++i) {
                if (i == report.time_key && left.period != right.period)
                  return left.period < right.period;
                if (i != report.time_key && left.keys[i] != right.keys[i])
                  return left.keys[i] < right.keys[i];
              }
              return false;
            });
}

}  // namespace

const std::vector<std::string>& report_keys() {
  static const std::vector<std::string> kKeys{
      "hour",    "day",         "week",      "month", "tenant", "user", "device",
      "country", "disposition", "direction", "rule",  "trunk",  "did",  "campaign"};
  return kKeys;
}

core::Result<std::vector<std::string>> parse_keys(std::string_view text) {
  std::vector<std::string> keys;
  for (const std::string_view piece : core::split(text, ',')) {
    std::string key(core::trim(piece));
    const auto& known = report_keys();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      const auto meant = core::nearest(key, known);
      return core::fault(ExitCode::usage,
                         fmt::format("cannot report by '{}'", core::printable(key)),
                         meant ? fmt::format("did you mean '{}'?", *meant)
                               : fmt::format("one of: {}", core::join(known, ", ")));
    }
    if (std::find(keys.begin(), keys.end(), key) != keys.end())
      return core::fault(ExitCode::usage, fmt::format("cannot report by '{}' twice", key),
                         "give each key once");
    if (parse_unit(key) && time_key_of(keys))
      return core::fault(
          ExitCode::usage,
          fmt::format("cannot report by {} and {} at once", keys[*time_key_of(keys)], key),
          "give the shorter one: an hour is of one day, a day of one month");
    keys.push_back(std::move(key));
  }
  return keys;
}

core::Result<Report> make_report(db::Connection& connection, const ReportQuery& query) {
  Report report{.since = query.since,
                .until = query.until,
                .keys = query.keys,
                .time_key = time_key_of(query.keys)};
  std::vector<core::Time> starts;
  std::optional<Unit> unit;
  if (report.time_key) {
    unit = parse_unit(query.keys[*report.time_key]);
    auto all = starts_of(*unit, query.since, query.until);
    if (!all) return tl::unexpected(all.error());
    starts = std::move(*all);
  }
  std::map<std::vector<std::string>, Figures> groups;
  if (unit && query.keys.size() == 1)
    for (std::size_t i = 1; i <= starts.size(); ++i) groups[{std::to_string(i)}];
  // What cost money in two currencies comes in two rows.
  for (const db::Row row : ask(connection, query, starts)) {
    std::vector<std::string> keys;
    for (const core::Json& key : row.get<core::Json>("keys"))
      keys.push_back(key.is_string() ? key.get<std::string>() : std::string());
    const Figures figures = figures_of(row);
    groups[keys] += figures;
    report.total += figures;
  }
  for (auto& [keys, figures] : groups) {
    ReportRow row{.keys = keys, .figures = std::move(figures)};
    if (unit) {
      std::string& key = row.keys[*report.time_key];
      row.period = core::parse_unsigned(key).value_or(1) - 1;
      key = label_of(*unit, starts.at(row.period));
    }
    report.rows.push_back(std::move(row));
  }
  sort(report);
  return report;
}

std::string shown_key(std::string_view key, const std::string& value) {
  if (!value.empty()) return value;
  return key == "disposition" ? "live" : "-";
}

core::Json to_json(const Report& report, const ReportRow& row) {
  core::Json by = core::Json::object();
  for (std::size_t i = 0; i < report.keys.size(); ++i)
    if (!row.keys[i].empty()) by[report.keys[i]] = row.keys[i];
  core::Json object{{"since", core::to_rfc3339(report.since)},
                    {"until", core::to_rfc3339(report.until)},
                    {"by", std::move(by)}};
  put_figures(object, row.figures);
  return object;
}

std::string csv_of(const Report& report) {
  std::string text;
  for (const std::string& key : report.keys) text += key + ",";
  text += "calls,live,refused,seizures,answered,asr_percent,ner_percent,acd_ms,pdd_ms,talk_ms,mos";
  for (const auto& [currency, amount] : report.total.cost) text += ",cost_" + currency;
  text += "\r\n";
  for (const ReportRow& row : report.rows) {
    for (const std::string& key : row.keys) {
      append_csv_field(text, key);
      text += ',';
    }
    const Figures& figures = row.figures;
    const auto decimal = [](const std::optional<double>& value) {
      return value ? fmt::format("{:.2f}", *value) : std::string();
    };
    const auto whole = [](const std::optional<std::int64_t>& value) {
      return value ? std::to_string(*value) : std::string();
    };
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}", figures.calls, figures.live,
                        figures.refused, figures.seizures(), figures.answered,
                        decimal(figures.asr_percent()), decimal(figures.ner_percent()),
                        whole(figures.acd_ms()), whole(figures.average_pdd_ms()), figures.talk_ms,
                        decimal(figures.average_mos()));
    for (const auto& [currency, total] : report.total.cost) {
      const auto found = figures.cost.find(currency);
      text += ',' + (found == figures.cost.end() ? std::string() : found->second.text());
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace trunkline::cdr
