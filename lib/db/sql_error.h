// SPDX-License-Identifier: MIT
#pragma once

// A statement that PostgreSQL answered with an error, as core::Error with the SQLSTATE beside it
// for callers that can do something about one of them (a name that is taken, a row that is
// refused).

#include <string>
#include <utility>

#include "core/error.h"

struct pg_result;

namespace trunkline::db {

class SqlError : public core::Error {
 public:
  SqlError(core::Fault fault, std::string sqlstate, std::string constraint)
      : core::Error(std::move(fault)),
        sqlstate_(std::move(sqlstate)),
        constraint_(std::move(constraint)) {}

  /// Five characters: "23505" is a unique violation.
  const std::string& sqlstate() const noexcept { return sqlstate_; }
  /// The constraint that was violated, or "".
  const std::string& constraint() const noexcept { return constraint_; }

 private:
  std::string sqlstate_;
  std::string constraint_;
};

/// The error a failed result stands for.
SqlError sql_error_of(const pg_result* result);

/// Why a connection could not be made, from libpq's text: code, one line, next step.
core::Fault connect_fault(const std::string& address, std::string_view libpq_text);

}  // namespace trunkline::db
