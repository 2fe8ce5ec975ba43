// SPDX-License-Identifier: MIT
#pragma once

// Reads comma-separated values (RFC 4180) record by record: a file of any size in the memory of its
// longest record. Lines end with CRLF or LF, a quoted field may hold both, a byte order mark is
// skipped, empty lines are no records. Everything else is as strict as the RFC: a quote inside of a
// field that does not begin with one, text behind a closing quote, a record with more or fewer
// fields than the first, and text that is not UTF-8 are faults that name the line.
//
//   CsvReader reader = core::value_or_throw(CsvReader::open("calls.csv"));
//   while (core::value_or_throw(reader.next())) use(reader.fields(), reader.line());

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/strong.h"

namespace trunkline::cdr {

struct CsvForm {
  /// Nothing: whichever of comma, semicolon, tab and bar the first line has most of.
  std::optional<char> delimiter = {};
  /// Records need not have as many fields as the first.
  bool is_ragged = false;
  core::ByteCount longest_record{1'048'576};
};

class CsvReader {
 public:
  /// Puts bytes into the space and says how many; 0 is the end. May throw core::Error.
  using Source = std::function<std::size_t(std::span<char>)>;

  /// `name` is what faults call the input.
  CsvReader(Source source, std::string name, CsvForm form = {});
  /// "-" is the standard input.
  [[nodiscard]] static core::Result<CsvReader> open(const std::filesystem::path& path,
                                                    CsvForm form = {});

  /// Reads a record; false at the end. A fault has the code data and its line in the message.
  /// Behind one of a record's text or number of fields the next call goes on with the next record;
  /// where quotes do not pair or a record has no end nothing behind it can be trusted, and every
  /// further call gives that fault again.
  [[nodiscard]] core::Result<bool> next();
  /// Whether the last fault was of the second kind.
  bool is_broken() const noexcept { return broken_.has_value(); }

  /// The record's fields, unquoted. Valid until the next call.
  std::span<const std::string_view> fields() const noexcept { return fields_; }
  /// Where the record begins; the first line is 1.
  std::uint64_t line() const noexcept { return line_; }
  /// A comma until the first record was read, unless it was given.
  char delimiter() const noexcept { return form_.delimiter.value_or(','); }

  /// A fault of the present record that the reader cannot see: "calls.csv:7: <what>".
  core::Fault fault_here(std::string_view what, std::string hint = {}) const;

 private:
  std::optional<std::size_t> find_end();
  bool read_more();
  core::Result<bool> take(std::size_t size, std::size_t line_break);
  core::Result<void> split(char* begin, std::size_t size);
  core::Result<void> check(std::string_view record) const;
  core::Fault break_at(std::uint64_t line, std::string_view what, std::string hint);

  Source source_;
  std::string name_;
  CsvForm form_;
  std::string buffer_;
  std::size_t begin_ = 0;    ///< of the record in hand, in the buffer
  std::size_t end_ = 0;      ///< of what was read
  std::size_t scanned_ = 0;  ///< no end of the record before this
  bool is_quoted_ = false;   ///< at `scanned_`
  bool is_at_end_ = false;
  bool has_begun_ = false;
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
  std::optional<std::size_t> width_;
  std::uint64_t width_line_ = 0;
  std::vector<std::string_view> fields_;
  std::optional<core::Fault> broken_;
};

}  // namespace trunkline::cdr
