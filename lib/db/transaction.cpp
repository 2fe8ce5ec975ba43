// SPDX-License-Identifier: MIT
#include "db/transaction.h"

#include <cassert>

#include "core/log.h"

namespace trunkline::db {
namespace {

std::string_view begin_of(Isolation isolation) {
  switch (isolation) {
    case Isolation::read_committed:
      return "BEGIN";
    case Isolation::snapshot:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ";
    case Isolation::read_only_snapshot:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  }
  return "BEGIN";
}

}  // namespace

Transaction::Transaction(Connection& connection, Isolation isolation) : connection_(connection) {
  connection_.run_script(begin_of(isolation));
}

Transaction::~Transaction() {
  if (!is_open_ || !connection_.is_usable()) return;  // a lost session rolls back by itself
  try {
    connection_.run_script("ROLLBACK");
  } catch (const std::exception& error) {
    core::log_debug("cannot roll back", {{"error", error.what()}});
  }
}

void Transaction::commit() {
  // PostgreSQL answers COMMIT of a failed transaction with a rollback and without an error.
  assert(!connection_.has_failed_transaction());
  is_open_ = false;
  static constexpr Statement kCommit{"COMMIT"};
  connection_.query(kCommit);
}

}  // namespace trunkline::db
