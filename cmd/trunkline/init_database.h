// SPDX-License-Identifier: MIT
#pragma once

// The database's part of trunkline init: the connection of a database administrator, roles, logins,
// the database itself and its schema. Every step can be repeated.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "config/config.h"
#include "db/connection.h"
#include "trunkline/init_report.h"

namespace trunkline::commands {

class Administrator {
 public:
  /// `url` empty: db.url, but its database "postgres". If that is refused and we are root, as the
  /// operating system's user postgres, whom a Debian cluster trusts. Throws core::Error.
  Administrator(const config::Config& config, const std::string& url);

  /// A session in the given database, as the given role (empty: as logged in).
  db::Connection open(const std::string& database, const std::string& role) const;

 private:
  void look_at_rights() const;
  db::Connection try_open(const db::Options& options) const;

  db::Options options_;
  std::optional<uid_t> acts_as_;  ///< effective user while connecting
};

/// Roles, logins for this user, the daemons' users and `operators`, the database and its schema.
void init_database(const config::Config& config, const Administrator& administrator,
                   const std::vector<std::string>& operators, InitReport& report);

// Its steps, for a database that is restored.
/// Roles, and logins for this user, the daemons' users and `operators`; as an administrator.
void init_roles(const config::Config& config, db::Connection& connection,
                const std::vector<std::string>& operators, InitReport& report);
bool has_database(db::Connection& connection, const std::string& name);
/// Owned by trunkline_owner, without a schema.
void make_empty_database(db::Connection& connection, const std::string& name);

}  // namespace trunkline::commands
