// SPDX-License-Identifier: MIT
#pragma once

// Rows in PostgreSQL's binary form: built for COPY ... FROM STDIN (FORMAT binary), and read from a
// stream. Columns go by their order; who writes or reads knows the types (PostgreSQL: "COPY, Binary
// Format", and the send functions of each type).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "core/uuid.h"

struct pg_result;

namespace trunkline::db {

/// Adds rows to a buffer; each add is the next column.
class BinaryRows {
 public:
  void begin_row(std::uint16_t columns);
  BinaryRows& add(std::string_view text);
  BinaryRows& add_text(const std::optional<std::string>& text);  ///< NULL where there is none
  BinaryRows& add(const core::Uuid& uuid);
  BinaryRows& add(core::Time time);  ///< timestamptz
  BinaryRows& add_integer(std::int32_t number);
  BinaryRows& add_bigint(std::int64_t number);
  BinaryRows& add_null();

  std::size_t rows() const noexcept { return rows_; }
  std::string_view bytes() const noexcept { return bytes_; }
  void clear();

 private:
  std::string bytes_;
  std::size_t rows_ = 0;
};

/// One row of a stream (Connection::stream), valid while it is handed out. Reading a NULL or a
/// value of another size than the type's is a programming error and asserts.
class BinaryRow {
 public:
  explicit BinaryRow(const pg_result* result) : result_(result) {}
  bool is_null(int column) const;
  std::string_view text(int column) const;  ///< "" for NULL
  core::Uuid uuid(int column) const;
  core::Time time(int column) const;
  std::int32_t integer(int column) const;
  std::int64_t bigint(int column) const;

 private:
  const std::byte* sized(int column, std::size_t size) const;
  const pg_result* result_;
};

}  // namespace trunkline::db
