// SPDX-License-Identifier: MIT
#include "trunkline/init_database.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <set>

#include "core/text.h"
#include "db/migrator.h"
#include "db/tool.h"
#include "os/system_fault.h"
#include "os/user.h"

namespace trunkline::commands {
namespace {

using core::ExitCode;

/// Making a database copies files: a slow disk takes its time.
constexpr core::Milliseconds kInitPatience = std::chrono::minutes(2);

constexpr const char* kAdminHint =
    "run it as root on the database's host, or name a superuser's connection: --admin-url";

/// Acts as another user towards the kernel, so that a Unix socket's peer is that user.
class EffectiveUser {
 public:
  explicit EffectiveUser(std::optional<uid_t> user) : before_(::geteuid()) {
    if (user && ::seteuid(*user) != 0) throw os::system_error("act as user postgres", errno);
  }
  ~EffectiveUser() {
    // Root may always return to itself; going on as somebody else would be worse than ending.
    if (::seteuid(before_) != 0) std::abort();
  }
  EffectiveUser(const EffectiveUser&) = delete;
  EffectiveUser& operator=(const EffectiveUser&) = delete;

 private:
  uid_t before_;
};

bool exists(db::Connection& connection, db::Statement statement, const std::string& name) {
  return !connection.query(statement, {name}).empty();
}

bool has_role(db::Connection& connection, const std::string& name) {
  static constexpr db::Statement kRole{"SELECT 1 AS found FROM pg_roles WHERE rolname = $1"};
  return exists(connection, kRole, name);
}

bool is_member(db::Connection& connection, const std::string& login, const std::string& role) {
  static constexpr db::Statement kMember{"SELECT pg_has_role($1, $2, 'MEMBER') AS is_member"};
  return connection.query(kMember, {login, role}).only().get<bool>("is_member");
}

void require_rights(db::Connection& connection) {
  static constexpr db::Statement kRights{
      "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) AS has_rights, rolname AS name"
      "  FROM pg_roles WHERE rolname = current_user"};
  const db::Rows rows = connection.query(kRights);
  if (rows.only().get<bool>("has_rights")) return;
  throw core::Error(ExitCode::no_permission,
                    fmt::format("cannot make roles and a database as '{}': it is no superuser",
                                rows.only().get<std::string>("name")),
                    kAdminHint);
}

core::Error with_hint(const core::Error& error) {
  return {error.fault().code, error.fault().message, kAdminHint};
}

using Roles = std::set<std::string>;

/// Which login gets which roles.
std::map<std::string, Roles> wanted_logins(const config::Config& config,
                                           const std::vector<std::string>& operators) {
  const Roles operating{"trunkline_operator", "trunkline_tenant"};
  Roles all = operating;
  all.insert({"trunkline_owner", "trunkline_sipd", "trunkline_recorderd", "trunkline_retention"});
  std::map<std::string, Roles> logins;
  logins[os::user_name(::getuid())] = all;
  logins[db::login_of(config.text("db.url")).user] = all;
  if (os::find_user("trunkline-sip")) logins["trunkline-sip"].insert("trunkline_sipd");
  if (os::find_user("trunkline-rec"))
    logins["trunkline-rec"].insert({"trunkline_recorderd", "trunkline_retention"});
  // The timers' users do what an operator may; who backs up reads everything, past row security.
  if (os::find_user("trunkline-ops")) logins["trunkline-ops"] = operating;
  if (os::find_user("trunkline-backup"))
    logins["trunkline-backup"] = {"trunkline_operator", "trunkline_owner"};
  for (const std::string& name : operators) {
    logins[name].insert(operating.begin(), operating.end());
  }
  return logins;
}

void make_login(db::Connection& connection, const std::string& login, const Roles& roles,
                InitReport& report) {
  const std::string name = db::quoted_identifier(login);
  const bool is_new = !has_role(connection, login);
  if (is_new) connection.run_script(fmt::format("CREATE ROLE {} LOGIN", name));
  std::vector<std::string> granted;
  for (const std::string& role : roles) {
    if (is_member(connection, login, role)) continue;
    connection.run_script(fmt::format("GRANT {} TO {}", db::quoted_identifier(role), name));
    granted.push_back(role);
  }
  if (is_new || !granted.empty()) {
    report.made("login", fmt::format("{} ({})", login, core::join(granted, ", ")));
  } else {
    report.present("login", login);
  }
}

void make_database(db::Connection& connection, const std::string& name, InitReport& report) {
  if (has_database(connection, name)) {
    connection.run_script(
        fmt::format("GRANT CREATE ON DATABASE {} TO trunkline_owner", db::quoted_identifier(name)));
    return report.present("database", name);
  }
  make_empty_database(connection, name);
  report.made("database", name);
}

}  // namespace

Administrator::Administrator(const config::Config& config, const std::string& url)
    : options_{.url = url.empty() ? config.text("db.url") : url,
               .database = url.empty() ? "postgres" : "",
               .application = "trunkline init",
               .who = db::acting_person(),
               .statement_timeout = kInitPatience} {
  const std::optional<uid_t> postgres = os::find_user("postgres");
  try {
    look_at_rights();
    return;
  } catch (const core::Error& error) {
    const ExitCode code = error.fault().code;
    if (code != ExitCode::no_permission && code != ExitCode::config) throw;
    if (!url.empty() || ::geteuid() != 0 || !postgres) throw with_hint(error);
  }
  acts_as_ = postgres;
  options_.user = "postgres";
  try {
    look_at_rights();
  } catch (const core::Error& error) {
    throw with_hint(error);
  }
}

void Administrator::look_at_rights() const {
  db::Connection connection = try_open(options_);
  require_rights(connection);
}

db::Connection Administrator::try_open(const db::Options& options) const {
  const EffectiveUser user(acts_as_);
  return db::Connection::open(options);
}

db::Connection Administrator::open(const std::string& database, const std::string& role) const {
  db::Options options = options_;
  if (!database.empty()) options.database = database;
  options.role = role;
  return try_open(options);
}

bool has_database(db::Connection& connection, const std::string& name) {
  static constexpr db::Statement kDatabase{"SELECT 1 AS found FROM pg_database WHERE datname = $1"};
  return exists(connection, kDatabase, name);
}

void make_empty_database(db::Connection& connection, const std::string& name) {
  // Locale C: the order of text does not change with an upgrade of the C library, under which
  // indexes break.
  connection.run_script(
      fmt::format("CREATE DATABASE {} OWNER trunkline_owner TEMPLATE template0 ENCODING 'UTF8'"
                  " LC_COLLATE 'C' LC_CTYPE 'C'",
                  db::quoted_identifier(name)));
}

void init_roles(const config::Config& config, db::Connection& connection,
                const std::vector<std::string>& operators, InitReport& report) {
  const bool had_roles = has_role(connection, "trunkline_retention");
  db::Migrator(db::find_migrations()).create_roles(connection);
  had_roles ? report.present("roles", "trunkline_*") : report.made("roles", "trunkline_*");
  for (const auto& [login, roles] : wanted_logins(config, operators))
    make_login(connection, login, roles, report);
}

void init_database(const config::Config& config, const Administrator& administrator,
                   const std::vector<std::string>& operators, InitReport& report) {
  const db::Migrator migrator(db::find_migrations());
  const std::string name = db::login_of(config.text("db.url")).database;
  {
    db::Connection connection = administrator.open({}, {});
    init_roles(config, connection, operators, report);
    make_database(connection, name, report);
  }
  db::Connection owner = administrator.open(name, "trunkline_owner");
  const std::size_t applied = migrator.migrate(owner).size();
  if (applied == 0) return report.present("schema", "up to date");
  report.made("schema", fmt::format("{} migrations", applied));
}

}  // namespace trunkline::commands
