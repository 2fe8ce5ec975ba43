// SPDX-License-Identifier: MIT
#pragma once

// Tariffs: what a minute to a number costs, by the longest prefix that has a price at the time of
// the call. The arithmetic is PostgreSQL's numeric (schemas/db/0061_tariffs.sql), in one place for
// what is tried out and what is charged.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cdr/csv_reader.h"
#include "cdr/figures.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"

namespace trunkline::cdr {

struct Rate {
  std::string prefix = {};  ///< digits of E.164, without +
  std::string description = {};
  Amount price_per_minute = {};
  Amount connection_fee = {};
  int minimum_s = 0;    ///< charged at least
  int increment_s = 1;  ///< rounded up to a multiple of it
  core::Time effective_from = {};
  std::optional<core::Time> effective_to = {};
};

/// A price list: a heading with the columns prefix and price and perhaps description,
/// connection_fee, minimum, increment (seconds), effective_from and effective_to (parse_when();
/// without a beginning: since ever), in any order, then a price a line. Money has a point, or a
/// comma where fields are not separated by one. Columns of other names are put into `ignored`.
/// Faults (data) name the line.
[[nodiscard]] core::Result<std::vector<Rate>> read_rates(CsvReader& reader, core::Time now,
                                                         std::vector<std::string>& ignored);

struct Tariff {
  core::Uuid id = {};
  std::string name = {};
  std::string currency = {};
  std::int64_t rates = 0;
  core::Time changed_at = {};
};
std::vector<Tariff> list_tariffs(db::Connection& connection);
/// "" is the only one there is. Faults: no_input for none of this name, usage where several are.
[[nodiscard]] core::Result<Tariff> find_tariff(db::Connection& connection, std::string_view name);

struct Imported {
  std::int64_t added = 0;
  std::int64_t changed = 0;
  std::int64_t unchanged = 0;
};
/// All or nothing; the tariff is made if there is none of the name. Faults (usage): a name or
/// currency that is none, another currency than the tariff has.
[[nodiscard]] core::Result<Imported> import_rates(db::Connection& connection, std::string_view name,
                                                  std::string_view currency,
                                                  const std::vector<Rate>& rates, core::Time now);

/// Those of one tariff, by prefix and beginning; with `digits` only those that such a number may
/// have, the longest prefix first.
std::vector<Rate> rates_of(db::Connection& connection, const Tariff& tariff,
                           std::string_view digits);

struct Price {
  Rate rate;
  std::int64_t billed_s = 0;
  Amount amount = {};
};
/// Of a call to the number (digits of E.164) that begins then; nothing where no prefix has a price.
std::optional<Price> price_of(db::Connection& connection, const Tariff& tariff,
                              std::string_view digits, core::Time at, core::Milliseconds talked);

struct Applied {
  std::int64_t calls = 0;     ///< answered, to numbers of the world
  std::int64_t rated = 0;     ///< for the first time
  std::int64_t changed = 0;   ///< that cost something else before
  std::int64_t unpriced = 0;  ///< no prefix fits
  Applied& operator+=(const Applied& other);
};
/// Gives the calls that began in [since, until) their cost, in one transaction. Again, it changes
/// nothing; what a call cost before stays in trunkline.call_rating.
Applied apply_rates(db::Connection& connection, const Tariff& tariff, core::Time since,
                    core::Time until);

/// How the cost of a call came about, the latest rating last.
struct Rating {
  core::Time at;
  std::string who;
  std::string tariff;
  std::string prefix;
  std::string description;
  std::int64_t billed_s = 0;
  Amount amount = {};
  std::string currency;
};
std::vector<Rating> ratings_of(db::Connection& connection, const core::CallRef& call);

/// "rate.v1", but for the schema.
core::Json to_json(const Rate& rate, const Tariff& tariff);

}  // namespace trunkline::cdr
