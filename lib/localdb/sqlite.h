// SPDX-License-Identifier: MIT
#pragma once

// For this folder's own files: the one check of SQLite's return codes.

#include <sqlite3.h>

#include <string_view>

#include "localdb/database.h"

namespace trunkline::localdb {

Cause cause_of(int code);

/// Throws Failure "cannot <what> <file>: <SQLite's own text>".
[[noreturn]] void throw_sqlite_failure(sqlite3* handle, std::string_view what);

inline void check(int code, sqlite3* handle, std::string_view what) {
  if (code != SQLITE_OK) throw_sqlite_failure(handle, what);
}

}  // namespace trunkline::localdb
