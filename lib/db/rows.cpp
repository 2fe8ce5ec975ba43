// SPDX-License-Identifier: MIT
#include "db/rows.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cassert>
#include <charconv>
#include <string>

namespace trunkline::db {
namespace {

[[noreturn]] void unreadable(std::string_view column, std::string_view type) {
  throw core::Error(
      core::ExitCode::software,
      fmt::format("cannot read column '{}' of a database answer as {}", column, type));
}

template <class Number>
Number parse_number(std::string_view text, std::string_view column, std::string_view type) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) unreadable(column, type);
  return number;
}

/// "2026-11-21 08:00:00.123+00" as PostgreSQL writes it (DateStyle ISO) to RFC 3339.
std::string rfc3339_of(std::string_view text) {
  std::string out(text);
  if (const std::size_t space = out.find(' '); space != std::string::npos) out[space] = 'T';
  const std::size_t sign = out.find_last_of("+-");
  if (sign != std::string::npos && out.size() - sign == 3) out += ":00";
  return out;
}

}  // namespace

void release_result(pg_result* result) noexcept {
  PQclear(result);
}

int Row::column_of(std::string_view name) const {
  for (int column = 0; column < PQnfields(result_); ++column) {
    if (name == PQfname(result_, column)) return column;
  }
  assert(false && "the statement has a column of this name");
  return -1;
}

bool Row::is_null(std::string_view column) const {
  return PQgetisnull(result_, index_, column_of(column)) != 0;
}

std::string_view Row::cell(std::string_view column) const {
  const int number = column_of(column);
  assert(PQgetisnull(result_, index_, number) == 0);
  return {PQgetvalue(result_, index_, number),
          static_cast<std::size_t>(PQgetlength(result_, index_, number))};
}

std::string Row::read(std::string*, std::string_view column) const {
  return std::string(cell(column));
}

bool Row::read(bool*, std::string_view column) const {
  const std::string_view text = cell(column);
  if (text != "t" && text != "f") unreadable(column, "a boolean");
  return text == "t";
}

int Row::read(int*, std::string_view column) const {
  return parse_number<int>(cell(column), column, "an integer");
}

std::int64_t Row::read(std::int64_t*, std::string_view column) const {
  return parse_number<std::int64_t>(cell(column), column, "an integer");
}

double Row::read(double*, std::string_view column) const {
  return parse_number<double>(cell(column), column, "a number");
}

core::Time Row::read(core::Time*, std::string_view column) const {
  const core::Result<core::Time> time = core::parse_rfc3339(rfc3339_of(cell(column)));
  if (!time) unreadable(column, "a time");
  return *time;
}

core::Uuid Row::read(core::Uuid*, std::string_view column) const {
  const core::Result<core::Uuid> uuid = core::Uuid::parse(cell(column));
  if (!uuid) unreadable(column, "a UUID");
  return *uuid;
}

core::Bytes Row::read(core::Bytes*, std::string_view column) const {
  // bytea_output = hex, the default since PostgreSQL 9.0: "\x0102"
  const std::string_view text = cell(column);
  if (!text.starts_with("\\x")) unreadable(column, "bytes");
  core::Result<core::Bytes> bytes = core::from_hex(text.substr(2));
  if (!bytes) unreadable(column, "bytes");
  return std::move(*bytes);
}

core::Json Row::read(core::Json*, std::string_view column) const {
  core::Result<core::Json> json = core::parse_json(cell(column));
  if (!json) unreadable(column, "JSON");
  return std::move(*json);
}

int Rows::size() const noexcept {
  return PQntuples(result_.get());
}

Row Rows::operator[](int index) const {
  assert(index >= 0 && index < size());
  return {result_.get(), index};
}

Row Rows::only() const {
  assert(size() == 1);
  return (*this)[0];
}

std::int64_t Rows::affected() const noexcept {
  const std::string_view text = PQcmdTuples(result_.get());
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace trunkline::db
