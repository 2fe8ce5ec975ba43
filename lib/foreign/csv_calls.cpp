// SPDX-License-Identifier: MIT
#include "foreign/csv_calls.h"

#include "cdr/csv.h"

namespace trunkline::foreign {

CsvCalls::CsvCalls(Source source, const std::string& name, std::optional<char> delimiter, Read read)
    : reader_(std::move(source), name, {.delimiter = delimiter, .is_ragged = true}),
      read_(std::move(read)) {}

std::optional<core::Result<Call>> CsvCalls::next() {
  while (!is_over_) {
    const core::Result<bool> has_record = reader_.next();
    has_record_ = has_record && *has_record;
    if (!has_record) {
      // Behind quotes that do not pair nothing can be told apart any more.
      is_over_ = reader_.is_broken();
      return core::Result<Call>(tl::unexpected(has_record.error()));
    }
    if (!*has_record) break;
    if (auto call = read_(reader_.fields())) return call;
  }
  is_over_ = true;
  return std::nullopt;
}

std::string CsvCalls::record() const {
  return has_record_ ? written(reader_.fields()) : std::string();
}

std::string_view field_of(Record record, std::size_t index) {
  return index < record.size() ? record[index] : std::string_view();
}

std::string written(Record record) {
  std::string line;
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (i > 0) line += ',';
    cdr::append_csv_field(line, record[i]);
  }
  return line;
}

}  // namespace trunkline::foreign
