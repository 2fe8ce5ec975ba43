// SPDX-License-Identifier: MIT
#pragma once

// A statement prepared once and run many times:
//
//   Statement insert(database, "insert into entry(seq, body) values (?1, ?2)");
//   insert.run(7, "text");
//   Statement select(database, "select seq, body from entry where seq > ?1");
//   for (auto rows = select.query(3); rows.next();) use(rows.integer(0), rows.text(1));
//
// The Database must outlive its statements. One run at a time per statement.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/bytes.h"
#include "localdb/database.h"

struct sqlite3_stmt;

namespace trunkline::localdb {

/// The rows of one query; resets its statement at the end. Views are valid until the next next().
class [[nodiscard]] Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  /// Whether there is another row, which is then the current one.
  bool next();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  core::ByteView blob(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  /// Binds ?1, ?2, ... and runs to the end. Integers, text, core::ByteView and nullptr, each also
  /// as an optional. Bytes need to live until the call returns only.
  template <class... Values>
  void run(const Values&... values) {
    Rows rows = query(values...);
    while (rows.next()) {
    }
  }

  /// As run(), but the caller walks the rows. Bound text and bytes must live as long as the Rows.
  template <class... Values>
  Rows query(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
    check_all_bound(index);
    return Rows(statement_.get());
  }

 private:
  struct Release {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  template <class Value>
  void bind(int index, const Value& value) {
    if constexpr (std::is_same_v<Value, std::nullptr_t>) {
      bind_null(index);
    } else if constexpr (std::integral<Value>) {
      bind_integer(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
      bind_text(index, value);
    } else {
      bind_blob(index, value);
    }
  }
  template <class Value>
  void bind(int index, const std::optional<Value>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind_null(index);
    }
  }

  void reset() noexcept;
  void check_all_bound(int count) const;
  void bind_null(int index);
  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value);
  void bind_blob(int index, core::ByteView value);

  std::unique_ptr<sqlite3_stmt, Release> statement_;
};

}  // namespace trunkline::localdb
