// SPDX-License-Identifier: MIT
#pragma once

// What formats of CSV share: the records, and the record written down again. For the files of this
// folder.

#include "cdr/csv_reader.h"
#include "foreign/format.h"

namespace trunkline::foreign {

using Record = std::span<const std::string_view>;

class CsvCalls final : public Reader {
 public:
  /// Nothing: the record is none (a heading).
  using Read = std::function<std::optional<core::Result<Call>>(Record)>;
  CsvCalls(Source source, const std::string& name, std::optional<char> delimiter, Read read);

  std::optional<core::Result<Call>> next() override;
  std::uint64_t line() const override { return reader_.line(); }
  std::string record() const override;

 private:
  cdr::CsvReader reader_;
  Read read_;
  bool is_over_ = false;
  bool has_record_ = false;
};

/// The field, "" behind the last.
std::string_view field_of(Record record, std::size_t index);
/// The record as a line of CSV.
std::string written(Record record);

}  // namespace trunkline::foreign
