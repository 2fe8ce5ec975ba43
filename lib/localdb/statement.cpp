// SPDX-License-Identifier: MIT
#include "localdb/statement.h"

#include <cassert>
#include <cstddef>

#include "localdb/sqlite.h"

namespace trunkline::localdb {
namespace {

// SQLITE_TRANSIENT makes SQLite copy the bytes.
sqlite3_destructor_type destructor_for(bool is_copied) {
  return is_copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
}

}  // namespace

Rows::~Rows() {
  sqlite3_reset(statement_);
}

bool Rows::next() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      throw_sqlite_failure(sqlite3_db_handle(statement_), "use");
  }
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Rows::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

core::ByteView Rows::blob(int column) const {
  const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::Release::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement::Statement(Database& database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr),
        database.handle(), "use");
  statement_.reset(statement);
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_.get());
}

void Statement::check_all_bound([[maybe_unused]] int count) const {
  assert(sqlite3_bind_parameter_count(statement_.get()) == count);
}

void Statement::bind_null(int index) {
  check(sqlite3_bind_null(statement_.get(), index), sqlite3_db_handle(statement_.get()),
        "bind for");
}

void Statement::bind_integer(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), index, value), sqlite3_db_handle(statement_.get()),
        "bind for");
}

void Statement::bind_text(int index, std::string_view value, Lifetime lifetime) {
  // A null pointer would bind NULL and not the empty text.
  const char* text = value.data() == nullptr ? "" : value.data();
  check(sqlite3_bind_text64(statement_.get(), index, text, value.size(),
                            destructor_for(lifetime == Lifetime::of_call), SQLITE_UTF8),
        sqlite3_db_handle(statement_.get()), "bind for");
}

void Statement::bind_blob(int index, core::ByteView value, Lifetime lifetime) {
  const void* bytes = value.data() == nullptr ? static_cast<const void*>("") : value.data();
  check(sqlite3_bind_blob64(statement_.get(), index, bytes, value.size(),
                            destructor_for(lifetime == Lifetime::of_call)),
        sqlite3_db_handle(statement_.get()), "bind for");
}

}  // namespace trunkline::localdb
