// SPDX-License-Identifier: MIT
#pragma once

// A transaction that is rolled back unless commit() was reached. Statements go through the
// connection as usual while it lives.

#include <cstdint>

#include "db/connection.h"

namespace trunkline::db {

enum class Isolation : std::uint8_t {
  read_committed,
  snapshot,            ///< REPEATABLE READ: every statement sees the same moment
  read_only_snapshot,  ///< the same, and writes are refused
};

class Transaction {
 public:
  explicit Transaction(Connection& connection, Isolation isolation = Isolation::read_committed);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Connection& connection_;
  bool is_open_ = true;
};

}  // namespace trunkline::db
