// SPDX-License-Identifier: MIT
#pragma once

// What a statement answered: rows with typed access by column name. A column that does not exist,
// or NULL read into a type that has no place for it, is a programming error and asserts; a value
// that does not read as the type throws core::Error (software). Rows stay valid while Rows lives.
//
//   for (const Row row : connection.query(kList, {tenant}))
//     use(row.get<core::DeviceId>("id"), row.get<std::optional<std::string>>("extension"));

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/bytes.h"
#include "core/cptr.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"

struct pg_result;

namespace trunkline::db {

void release_result(pg_result* result) noexcept;
using ResultRef = core::CPtr<pg_result, release_result>;

class Row {
 public:
  Row(const pg_result* result, int index) : result_(result), index_(index) {}

  /// T: std::string, bool, int, std::int64_t, double, core::Time, core::Uuid, core::Id<...>,
  /// core::Bytes, core::Json, or std::optional of one of them.
  template <class T>
  T get(std::string_view column) const {
    return read(static_cast<T*>(nullptr), column);
  }
  bool is_null(std::string_view column) const;

 private:
  int column_of(std::string_view name) const;
  std::string_view cell(std::string_view column) const;

  std::string read(std::string*, std::string_view column) const;
  bool read(bool*, std::string_view column) const;
  int read(int*, std::string_view column) const;
  std::int64_t read(std::int64_t*, std::string_view column) const;
  double read(double*, std::string_view column) const;
  core::Time read(core::Time*, std::string_view column) const;
  core::Uuid read(core::Uuid*, std::string_view column) const;
  core::Bytes read(core::Bytes*, std::string_view column) const;
  core::Json read(core::Json*, std::string_view column) const;
  template <class Tag>
  core::Id<Tag> read(core::Id<Tag>*, std::string_view column) const {
    return core::Id<Tag>(get<core::Uuid>(column));
  }
  template <class T>
  std::optional<T> read(std::optional<T>*, std::string_view column) const {
    if (is_null(column)) return std::nullopt;
    return get<T>(column);
  }

  const pg_result* result_;
  int index_;
};

class Rows {
 public:
  explicit Rows(ResultRef result) : result_(std::move(result)) {}

  class Iterator {
   public:
    Iterator(const pg_result* result, int index) : result_(result), index_(index) {}
    Row operator*() const { return {result_, index_}; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const pg_result* result_;
    int index_;
  };

  int size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  Iterator begin() const { return {result_.get(), 0}; }
  Iterator end() const { return {result_.get(), size()}; }
  Row operator[](int index) const;
  /// The row of a statement that always answers exactly one.
  Row only() const;
  /// Rows that an INSERT, UPDATE or DELETE touched.
  std::int64_t affected() const noexcept;

 private:
  ResultRef result_;
};

}  // namespace trunkline::db
