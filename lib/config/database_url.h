// SPDX-License-Identifier: MIT
#pragma once

// A connection URI as other programs keep it in DATABASE_URL, taken apart so that its password can
// go where libpq looks for one: a line of a password file (pgpass).

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/secret.h"

namespace trunkline::config {

struct DatabaseUrl {
  /// "postgresql://user@host:5432/name?sslmode=require": without the password and without the
  /// parameters that only other libraries know.
  std::string url;
  core::Secret password;           ///< decoded; empty where there is none
  std::string host = "localhost";  ///< as the password file must name it
  std::string port = "5432";
  std::string database;
  std::string user;
  std::vector<std::string> dropped;  ///< names of parameters that libpq does not know

  /// The line of the password file, with its newline; "" without a password.
  core::Secret passfile_line() const;
  /// The URL with the parameter passfile=PATH.
  std::string with_passfile(std::string_view path) const;
};

/// Faults have the code data and do not show the text: "it is not a URL of PostgreSQL".
[[nodiscard]] core::Result<DatabaseUrl> parse_database_url(std::string_view text);

}  // namespace trunkline::config
