// SPDX-License-Identifier: MIT
#include "cdr/figures.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kDecimals = 6;
// Twelve digits before the point: a thousand milliards, far from the end of 64 bits.
constexpr std::size_t kWholeDigits = 12;

std::optional<double> share(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return std::nullopt;
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// Rounded to the nearest, half up; sums are never negative.
std::optional<std::int64_t> average(std::int64_t sum, std::int64_t count) {
  if (count <= 0) return std::nullopt;
  return (sum + count / 2) / count;
}

double rounded(double value, double steps) {
  return std::round(value * steps) / steps;
}

}  // namespace

core::Result<Amount> Amount::parse(std::string_view text) {
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string decimals(point == std::string_view::npos ? "0" : text.substr(point + 1));
  const bool is_short = whole.size() <= kWholeDigits && decimals.size() <= kDecimals;
  if (is_short && !decimals.empty()) decimals.resize(kDecimals, '0');
  const auto units = core::parse_unsigned(whole);
  const auto millionths = core::parse_unsigned(decimals);
  if (!is_short || !units || !millionths)
    return core::fault(core::ExitCode::data,
                       fmt::format("'{}' is no amount of money", core::printable(text)),
                       "write digits and up to six decimals behind a point: 0.0123");
  return Amount(static_cast<std::int64_t>(*units) * kMillion +
                static_cast<std::int64_t>(*millionths));
}

std::string Amount::text() const {
  std::string text = fmt::format("{}.{:06}", millionths_ / kMillion, millionths_ % kMillion);
  while (text.ends_with('0') && text[text.size() - 3] != '.') text.pop_back();
  return text;
}

Figures& Figures::operator+=(const Figures& other) {
  calls += other.calls;
  live += other.live;
  refused += other.refused;
  answered += other.answered;
  delivered += other.delivered;
  talked += other.talked;
  talk_ms += other.talk_ms;
  alerted += other.alerted;
  pdd_ms += other.pdd_ms;
  heard += other.heard;
  mos += other.mos;
  for (const auto& [currency, amount] : other.cost) cost[currency] += amount;
  return *this;
}

std::optional<double> Figures::asr_percent() const {
  return share(answered, seizures());
}

std::optional<double> Figures::ner_percent() const {
  return share(delivered, seizures());
}

std::optional<std::int64_t> Figures::acd_ms() const {
  return average(talk_ms, talked);
}

std::optional<std::int64_t> Figures::average_pdd_ms() const {
  return average(pdd_ms, alerted);
}

std::optional<double> Figures::average_mos() const {
  if (heard <= 0) return std::nullopt;
  return mos / static_cast<double>(heard);
}

std::string Figures::cost_text() const {
  std::string text;
  for (const auto& [currency, amount] : cost)
    text += fmt::format("{}{} {}", text.empty() ? "" : " + ", amount.text(), currency);
  return text;
}

void put_figures(core::Json& object, const Figures& figures) {
  object["calls"] = figures.calls;
  object["live"] = figures.live;
  object["refused"] = figures.refused;
  object["seizures"] = figures.seizures();
  object["answered"] = figures.answered;
  if (const auto asr = figures.asr_percent()) object["asr_percent"] = rounded(*asr, 100);
  if (const auto ner = figures.ner_percent()) object["ner_percent"] = rounded(*ner, 100);
  if (const auto acd = figures.acd_ms()) object["acd_ms"] = *acd;
  if (const auto pdd = figures.average_pdd_ms()) object["pdd_ms"] = *pdd;
  object["talk_ms"] = figures.talk_ms;
  if (const auto mos = figures.average_mos()) object["mos"] = rounded(*mos, 100);
  if (figures.cost.empty()) return;
  core::Json& cost = object["cost"] = core::Json::object();
  for (const auto& [currency, amount] : figures.cost) cost[currency] = amount.text();
}

}  // namespace trunkline::cdr
