// SPDX-License-Identifier: MIT
#include "archive/rows.h"

#include <fmt/format.h>

#include <charconv>

namespace trunkline::archive {
namespace {

// An entry of the ledger is a row, whole.
constexpr core::ByteCount kLongestRow{64U << 20U};

/// "2026-11-21 08:00:00.123+00", as PostgreSQL writes it, as RFC 3339.
std::string rfc3339_of(std::string_view text) {
  std::string out(text);
  if (const std::size_t space = out.find(' '); space != std::string::npos) out[space] = 'T';
  return out + ":00";
}

}  // namespace

Rows::Rows(const std::filesystem::path& path)
    : name_(path.string()),
      file_(core::value_or_throw(CompressedReader::open(path))),
      reader_([this](std::span<char> space) { return file_.read(space); }, name_,
              {.delimiter = ',', .longest_record = kLongestRow}) {
  if (!core::value_or_throw(reader_.next()))
    throw core::Error(core::ExitCode::data, fmt::format("cannot read {}: it is empty", name_));
  std::size_t number = 0;
  for (const std::string_view column : reader_.fields()) {
    heading_.emplace_back(column);
    columns_.emplace(column, number++);
  }
}

bool Rows::next() {
  return core::value_or_throw(reader_.next());
}

std::string_view Rows::text(std::string_view column) const {
  const auto found = columns_.find(column);
  return found == columns_.end() ? std::string_view() : reader_.fields()[found->second];
}

core::Uuid Rows::uuid(std::string_view column) const {
  const auto uuid = core::Uuid::parse(text(column));
  if (!uuid) refuse(column);
  return *uuid;
}

std::optional<core::Uuid> Rows::uuid_or_none(std::string_view column) const {
  if (text(column).empty()) return std::nullopt;
  return uuid(column);
}

core::Time Rows::time(std::string_view column) const {
  const auto time = core::parse_rfc3339(rfc3339_of(text(column)));
  if (!time) refuse(column);
  return *time;
}

std::optional<core::Time> Rows::time_or_none(std::string_view column) const {
  if (text(column).empty()) return std::nullopt;
  return time(column);
}

std::optional<std::int64_t> Rows::number(std::string_view column) const {
  const std::string_view digits = text(column);
  if (digits.empty()) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) refuse(column);
  return number;
}

void Rows::refuse(std::string_view column) const {
  throw core::Error(reader_.fault_here(fmt::format("cannot read column '{}'", column)));
}

}  // namespace trunkline::archive
