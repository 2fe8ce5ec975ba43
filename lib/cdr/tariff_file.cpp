// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "cdr/period.h"
#include "cdr/tariff.h"
#include "core/text.h"

namespace trunkline::cdr {
namespace {

constexpr std::size_t kLongestDescription = 255;
constexpr std::uint64_t kLongestPiece_s = 86'400;
// What a long call costs by it still has its place in the ledger.
constexpr Amount kHighestPrice{1'000'000'000'000};
// As a prefix with no beginning is kept.
constexpr core::Time kSinceEver{};

enum class Column : std::uint8_t {
  prefix,
  description,
  price,
  connection_fee,
  minimum,
  increment,
  effective_from,
  effective_to
};
constexpr auto kColumns =
    std::to_array<std::string_view>({"prefix", "description", "price", "connection_fee", "minimum",
                                     "increment", "effective_from", "effective_to"});

/// Where each column is. A fault where one that is needed is missing, or one is there twice.
class Heading {
 public:
  static core::Result<Heading> parse(const CsvReader& reader, std::vector<std::string>& ignored) {
    Heading heading;
    for (std::size_t i = 0; i < reader.fields().size(); ++i) {
      const std::string name = core::to_lower(core::trim(reader.fields()[i]));
      const auto* const found = std::find(kColumns.begin(), kColumns.end(), name);
      if (found == kColumns.end()) {
        ignored.push_back(name);
        continue;
      }
      auto& place = heading.places_.at(static_cast<std::size_t>(found - kColumns.begin()));
      if (place) return missing(reader, fmt::format("two columns '{}'", name));
      place = i;
    }
    for (const Column needed : {Column::prefix, Column::price})
      if (!heading.places_.at(static_cast<std::size_t>(needed)))
        return missing(
            reader, fmt::format("no column '{}'", kColumns.at(static_cast<std::size_t>(needed))));
    return heading;
  }

  /// "" where the file has no such column.
  std::string_view at(const CsvReader& reader, Column column) const {
    const auto place = places_.at(static_cast<std::size_t>(column));
    return place ? core::trim(reader.fields()[*place]) : std::string_view();
  }

 private:
  static tl::unexpected<core::Fault> missing(const CsvReader& reader, std::string_view what) {
    return tl::unexpected(reader.fault_here(
        what,
        "the first line names the columns: prefix, price, and perhaps description, "
        "connection_fee, minimum, increment, effective_from, effective_to"));
  }

  std::array<std::optional<std::size_t>, kColumns.size()> places_{};
};

/// One line of prices.
class PriceLine {
 public:
  PriceLine(const CsvReader& reader, const Heading& heading, core::Time now)
      : reader_(reader), heading_(heading), now_(now) {}

  core::Result<Rate> read() {
    Rate rate{.prefix = prefix(),
              .description = std::string(text(Column::description)),
              .price_per_minute = money(Column::price, true),
              .connection_fee = money(Column::connection_fee, false),
              .minimum_s = seconds(Column::minimum, 0, 0),
              .increment_s = seconds(Column::increment, 1, 1),
              .effective_from = moment(Column::effective_from).value_or(kSinceEver),
              .effective_to = moment(Column::effective_to)};
    if (rate.description.size() > kLongestDescription)
      refuse("a description is longer than 255 bytes", {});
    if (rate.effective_to && *rate.effective_to <= rate.effective_from)
      refuse("the price ends before it begins", "effective_to is behind effective_from");
    if (fault_) return tl::unexpected(*std::move(fault_));
    return rate;
  }

 private:
  std::string_view text(Column column) const { return heading_.at(reader_, column); }

  /// The first fault of a line is told.
  void refuse(std::string_view what, std::string hint) {
    if (!fault_) fault_ = reader_.fault_here(what, std::move(hint));
  }

  std::string prefix() {
    std::string digits(text(Column::prefix));
    std::erase(digits, ' ');
    if (digits.starts_with('+')) digits.erase(0, 1);
    const bool is_prefix =
        !digits.empty() && digits.size() <= 15 && digits.front() != '0' &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_prefix)
      refuse(fmt::format("'{}' is no prefix", core::printable(text(Column::prefix))),
             "write the first digits of E.164 numbers, country code first: 4915");
    return digits;
  }

  Amount money(Column column, bool is_needed) {
    std::string words(text(column));
    if (words.empty() && !is_needed) return {};
    if (reader_.delimiter() != ',') std::replace(words.begin(), words.end(), ',', '.');
    const auto amount = Amount::parse(words);
    if (!amount) refuse(amount.error().message, amount.error().hint);
    if (amount && *amount > kHighestPrice)
      refuse(fmt::format("{} is more than a million", amount->text()), {});
    return amount.value_or(Amount());
  }

  int seconds(Column column, int otherwise, std::uint64_t least) {
    if (text(column).empty()) return otherwise;
    const auto number = core::parse_unsigned(text(column));
    if (!number || *number < least || *number > kLongestPiece_s) {
      refuse(fmt::format("'{}' is no number of seconds", core::printable(text(column))),
             fmt::format("write {} to {}", least, kLongestPiece_s));
      return otherwise;
    }
    return static_cast<int>(*number);
  }

  std::optional<core::Time> moment(Column column) {
    if (text(column).empty()) return std::nullopt;
    const auto time = parse_when(text(column), now_);
    if (!time) refuse(time.error().message, "write 2026-11-21 or \"2026-11-21 08:00\"");
    return time ? std::optional(*time) : std::nullopt;
  }

  const CsvReader& reader_;
  const Heading& heading_;
  core::Time now_;
  std::optional<core::Fault> fault_;
};

}  // namespace

core::Result<std::vector<Rate>> read_rates(CsvReader& reader, core::Time now,
                                           std::vector<std::string>& ignored) {
  const auto first = reader.next();
  if (!first) return tl::unexpected(first.error());
  if (!*first)
    return tl::unexpected(reader.fault_here("an empty file", "the first line names the columns"));
  const auto heading = Heading::parse(reader, ignored);
  if (!heading) return tl::unexpected(heading.error());
  std::vector<Rate> rates;
  std::map<std::pair<std::string, core::Time>, std::uint64_t> lines;
  while (true) {
    const auto more = reader.next();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return rates;
    auto rate = PriceLine(reader, *heading, now).read();
    if (!rate) return tl::unexpected(rate.error());
    const auto [place, is_new] =
        lines.try_emplace({rate->prefix, rate->effective_from}, reader.line());
    if (!is_new)
      return tl::unexpected(
          reader.fault_here(fmt::format("prefix {} has a price from the same time in line {}",
                                        rate->prefix, place->second),
                            "leave one of them"));
    rates.push_back(std::move(*rate));
  }
}

}  // namespace trunkline::cdr
