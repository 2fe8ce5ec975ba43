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
    Rows rows = start(Lifetime::of_rows, values...);
    while (rows.next()) {
    }
  }

  /// As run(), but the caller walks the rows; bound text and bytes are copied.
  template <class... Values>
  Rows query(const Values&... values) {
    return start(Lifetime::of_call, values...);
  }

 private:
  struct Release {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  /// How long bound bytes live: no longer than the binding call, or as long as the rows.
  enum class Lifetime : std::uint8_t { of_call, of_rows };

  template <class... Values>
  Rows start([[maybe_unused]] Lifetime lifetime, const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values, lifetime), ...);
    check_all_bound(index);
    return Rows(statement_.get());
  }

  void bind(int index, std::nullptr_t, Lifetime) { bind_null(index); }
  template <std::integral Value>
  void bind(int index, Value value, Lifetime) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, std::string_view value, Lifetime lifetime) {
    bind_text(index, value, lifetime);
  }
  void bind(int index, core::ByteView value, Lifetime lifetime) {
    bind_blob(index, value, lifetime);
  }
  template <class Value>
  void bind(int index, const std::optional<Value>& value, Lifetime lifetime) {
    if (value) {
      bind(index, *value, lifetime);
    } else {
      bind_null(index);
    }
  }

  void reset() noexcept;
  void check_all_bound(int count) const;
  void bind_null(int index);
  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value, Lifetime lifetime);
  void bind_blob(int index, core::ByteView value, Lifetime lifetime);

  std::unique_ptr<sqlite3_stmt, Release> statement_;
};

}  // namespace trunkline::localdb
