// SPDX-License-Identifier: MIT
#include "directory/people.h"

#include <fmt/format.h>

#include "core/text.h"
#include "crypto/password.h"
#include "db/sql_error.h"
#include "db/transaction.h"
#include "directory/records.h"

namespace trunkline::directory {
namespace {

using core::ExitCode;

/// Replaces the person's roles.
void write_roles(db::Connection& connection, const Person& person) {
  std::vector<std::string> roles;
  for (const PersonRole role : person.roles) roles.emplace_back(name_of(role));
  static constexpr db::Statement kRemove{
      "DELETE FROM trunkline.person_role WHERE person_id = $1 AND role <> ALL ($2::text[])"};
  static constexpr db::Statement kAdd{
      "INSERT INTO trunkline.person_role (person_id, tenant_id, role)"
      " SELECT $1, $2, role FROM unnest($3::text[]) AS role ON CONFLICT DO NOTHING"};
  connection.query(kRemove, {person.id, db::Value::array(roles)});
  connection.query(kAdd, {person.id, person.tenant, db::Value::array(roles)});
}

/// One more wrong password; the fifth within a minute of the first locks.
constexpr db::Statement kFailed{
    "INSERT INTO trunkline.person_login AS l (person_id, tenant_id, failures, failing_since)"
    " VALUES ($1, $2, 1, $3) ON CONFLICT (person_id) DO UPDATE SET"
    "   failures = CASE WHEN l.failing_since > $3 - interval '1 minute' THEN l.failures + 1 ELSE 1"
    "              END,"
    "   failing_since = CASE WHEN l.failing_since > $3 - interval '1 minute' THEN l.failing_since"
    "                   ELSE $3 END,"
    "   locked_until = CASE WHEN l.failing_since > $3 - interval '1 minute' AND l.failures >= 4"
    "                  THEN $3 + interval '15 minutes' ELSE l.locked_until END"};

core::Result<void> check_roles(const std::vector<PersonRole>& roles) {
  if (!roles.empty()) return {};
  return core::fault(ExitCode::usage, "cannot have a person without a role",
                     "one or more of: admin, supervisor, agent, user, auditor");
}

core::Result<void> check_alerts(std::string_view mail, std::string_view alerts) {
  if (alerts == "none" || !mail.empty()) return {};
  return core::fault(ExitCode::usage, "cannot mail alerts to a person without an address",
                     "give one: --mail ADDRESS");
}

}  // namespace

core::Result<Person> add_person(db::Connection& connection, const Tenant& tenant,
                                const NewPerson& person, const core::Secret& password) {
  const auto name = parse_name(person.name);
  if (!name) return tl::unexpected(name.error());
  const auto display_name = parse_display_name(person.display_name);
  if (!display_name) return tl::unexpected(display_name.error());
  if (const auto roles = check_roles(person.roles); !roles) return tl::unexpected(roles.error());
  if (const auto told = check_alerts(person.mail, person.alerts); !told)
    return tl::unexpected(told.error());
  const auto hash = crypto::hash_password(password);
  if (!hash) return tl::unexpected(hash.error());

  const Person added{.id = core::UserId::make(core::system_clock().wall()),
                     .tenant = tenant.id,
                     .name = *name,
                     .display_name = *display_name,
                     .roles = person.roles,
                     .mail = person.mail,
                     .alerts = person.alerts};
  db::Transaction transaction(connection);
  static constexpr db::Statement kAdd{
      "INSERT INTO trunkline.person (id, tenant_id, name, display_name, password_hash, mail, "
      "alerts)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"};
  const db::Rows rows = connection.query(
      kAdd, {added.id, tenant.id, added.name, added.display_name, *hash, added.mail, added.alerts});
  if (rows.affected() == 0) {
    return core::fault(ExitCode::data,
                       fmt::format("cannot add user '{}': the name is taken", added.name),
                       fmt::format("list them: trunkline user list --tenant {}", tenant.name));
  }
  write_roles(connection, added);
  transaction.commit();
  return added;
}

std::vector<Person> list_people(db::Connection& connection, const core::TenantId& tenant) {
  static constexpr db::Statement kList{
      "SELECT p.id, p.tenant_id, p.name, p.display_name, p.is_enabled, p.mail, p.alerts, "
      "l.last_login_at, "
      "l.locked_until,"
      "       coalesce(string_agg(r.role, ',' ORDER BY r.role), '') AS roles"
      "  FROM trunkline.person p LEFT JOIN trunkline.person_role r ON r.person_id = p.id"
      "  LEFT JOIN trunkline.person_login l ON l.person_id = p.id"
      " WHERE $1::uuid IS NULL OR p.tenant_id = $1 GROUP BY p.id, l.person_id ORDER BY "
      "p.tenant_id, p.name"};
  const db::Value only = tenant.is_nil() ? db::Value(std::nullopt) : db::Value(tenant);
  std::vector<Person> people;
  for (const db::Row row : connection.query(kList, {only})) people.push_back(person_of(row));
  return people;
}

core::Result<Person> find_person(db::Connection& connection, const Tenant& tenant,
                                 std::string_view which) {
  static constexpr db::Statement kFind{
      "SELECT p.id, p.tenant_id, p.name, p.display_name, p.is_enabled, p.mail, p.alerts, "
      "l.last_login_at, "
      "l.locked_until,"
      "       p.name = $2 AS is_named, coalesce(string_agg(r.role, ',' ORDER BY r.role), '') AS "
      "roles"
      "  FROM trunkline.person p LEFT JOIN trunkline.person_role r ON r.person_id = p.id"
      "  LEFT JOIN trunkline.person_login l ON l.person_id = p.id"
      " WHERE p.tenant_id = $1 AND (p.name = $2 OR right(p.id::text, length($2)) = $2)"
      " GROUP BY p.id, l.person_id ORDER BY is_named DESC, p.name LIMIT 2"};
  const std::string wanted = core::to_lower(which);
  const db::Rows rows = connection.query(kFind, {tenant.id, wanted});
  if (rows.empty() || (!rows[0].get<bool>("is_named") && wanted.size() < 4)) {
    return tl::unexpected(not_there(
        "user", which, fmt::format("list them: trunkline user list --tenant {}", tenant.name)));
  }
  if (!rows[0].get<bool>("is_named") && rows.size() > 1) {
    return core::fault(
        ExitCode::usage,
        fmt::format("cannot tell which user '{}' is: several ids end so", core::printable(which)),
        "give more characters of the id");
  }
  return person_of(rows[0]);
}

core::Result<Person> set_person(db::Connection& connection, const Person& person,
                                const PersonChange& change) {
  Person wanted = person;
  if (change.display_name) {
    const auto display_name = parse_display_name(*change.display_name);
    if (!display_name) return tl::unexpected(display_name.error());
    wanted.display_name = *display_name;
  }
  if (change.roles) wanted.roles = *change.roles;
  if (change.is_enabled) wanted.is_enabled = *change.is_enabled;
  if (change.mail) wanted.mail = *change.mail;
  if (change.alerts) wanted.alerts = *change.alerts;
  if (const auto told = check_alerts(wanted.mail, wanted.alerts); !told)
    return tl::unexpected(told.error());
  if (const auto roles = check_roles(wanted.roles); !roles) return tl::unexpected(roles.error());
  db::Transaction transaction(connection);
  static constexpr db::Statement kSet{
      "UPDATE trunkline.person SET display_name = $2, is_enabled = $3, mail = $4, alerts = $5,"
      "       changed_at = now() WHERE id = $1"};
  if (connection
          .query(kSet,
                 {person.id, wanted.display_name, wanted.is_enabled, wanted.mail, wanted.alerts})
          .affected() == 0) {
    return tl::unexpected(not_there("user", person.name, "it was removed meanwhile"));
  }
  write_roles(connection, wanted);
  transaction.commit();
  return wanted;
}

core::Result<void> set_password(db::Connection& connection, const Person& person,
                                const core::Secret& password) {
  const auto hash = crypto::hash_password(password);
  if (!hash) return tl::unexpected(hash.error());
  db::Transaction transaction(connection);
  static constexpr db::Statement kSet{
      "UPDATE trunkline.person SET password_hash = $2, changed_at = now() WHERE id = $1"};
  static constexpr db::Statement kUnlock{
      "UPDATE trunkline.person_login SET failures = 0, failing_since = NULL, locked_until = NULL"
      " WHERE person_id = $1"};
  if (connection.query(kSet, {person.id, *hash}).affected() != 1)
    return tl::unexpected(not_there("user", person.name, "it was removed meanwhile"));
  connection.query(kUnlock, {person.id});
  transaction.commit();
  return {};
}

Login log_in(db::Connection& connection, const Person& person, const core::Secret& password,
             core::Time now) {
  static constexpr db::Statement kHash{
      "SELECT p.password_hash, coalesce(l.locked_until > $2, false) AS is_locked"
      "  FROM trunkline.person p LEFT JOIN trunkline.person_login l ON l.person_id = p.id"
      " WHERE p.id = $1 AND p.is_enabled"};
  const db::Rows rows = connection.query(kHash, {person.id, now});
  if (rows.empty()) return Login::wrong;
  if (rows[0].get<bool>("is_locked")) return Login::locked;
  if (!crypto::verify_password(password, rows[0].get<std::string>("password_hash"))) {
    connection.query(kFailed, {person.id, person.tenant, now});
    return Login::wrong;
  }
  static constexpr db::Statement kWelcome{
      "INSERT INTO trunkline.person_login (person_id, tenant_id, last_login_at)"
      " VALUES ($1, $2, $3) ON CONFLICT (person_id) DO UPDATE"
      " SET last_login_at = $3, failures = 0, failing_since = NULL, locked_until = NULL"};
  connection.query(kWelcome, {person.id, person.tenant, now});
  return Login::welcome;
}

core::Result<void> remove_person(db::Connection& connection, const Person& person) {
  static constexpr db::Statement kRemove{
      "WITH freed AS (UPDATE trunkline.device SET owner_id = NULL, changed_at = now()"
      "                WHERE owner_id = $1)"
      " DELETE FROM trunkline.person WHERE id = $1"};
  if (connection.query(kRemove, {person.id}).affected() == 1) return {};
  return tl::unexpected(not_there("user", person.name, "it was removed meanwhile"));
}

}  // namespace trunkline::directory
