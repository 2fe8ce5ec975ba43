// SPDX-License-Identifier: MIT
#include "directory/tenants.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "db/sql_error.h"
#include "db/transaction.h"
#include "directory/records.h"

namespace trunkline::directory {
namespace {

using core::ExitCode;

constexpr const char* kListHint = "list them: trunkline tenant list";

core::Result<Tenant> tenant_named(db::Connection& connection, const std::string& name) {
  static constexpr db::Statement kFind{
      "SELECT id, name, domain, is_default, recording FROM trunkline.tenant"
      " WHERE name = $1 OR domain = $1 ORDER BY name = $1 DESC LIMIT 1"};
  const db::Rows rows = connection.query(kFind, {name});
  if (rows.empty()) return tl::unexpected(not_there("tenant", name, kListHint));
  return tenant_of(rows[0]);
}

}  // namespace

core::Result<Tenant> add_tenant(db::Connection& connection, const NewTenant& tenant) {
  const auto name = parse_name(tenant.name);
  if (!name) return tl::unexpected(name.error());
  const auto domain = parse_domain(tenant.domain);
  if (!domain) return tl::unexpected(domain.error());
  if (tenant.recording == RecordingMode::inherit) {
    return core::fault(ExitCode::usage, "cannot let a tenant inherit its recording mode",
                       "one of: always, off");
  }
  const db::Statement add{
      "INSERT INTO trunkline.tenant (id, name, domain, recording, is_default)"
      " VALUES ($1, $2, $3, $4, NOT EXISTS (SELECT FROM trunkline.tenant WHERE is_default))"
      " ON CONFLICT DO NOTHING RETURNING id, name, domain, is_default, recording"};
  const auto id = core::TenantId::make(core::system_clock().wall());
  const db::Rows rows =
      connection.query(add, {id, *name, *domain, std::string(name_of(tenant.recording))});
  if (!rows.empty()) return tenant_of(rows[0]);
  return core::fault(
      ExitCode::data,
      fmt::format("cannot add tenant '{}': its name or its domain '{}' is taken", *name, *domain),
      kListHint);
}

std::vector<Tenant> list_tenants(db::Connection& connection) {
  static constexpr db::Statement kList{
      "SELECT id, name, domain, is_default, recording FROM trunkline.tenant ORDER BY name"};
  std::vector<Tenant> tenants;
  for (const db::Row row : connection.query(kList)) tenants.push_back(tenant_of(row));
  return tenants;
}

core::Result<Tenant> find_tenant(db::Connection& connection, std::string_view name) {
  return tenant_named(connection, core::to_lower(name));
}

core::Result<Tenant> tenant_or_default(db::Connection& connection, std::string_view name) {
  if (!name.empty()) return find_tenant(connection, name);
  const std::vector<Tenant> tenants = list_tenants(connection);
  for (const Tenant& tenant : tenants) {
    if (tenant.is_default || tenants.size() == 1) return tenant;
  }
  if (tenants.empty()) {
    return core::fault(ExitCode::no_input, "cannot find a tenant: there is none yet",
                       "set up the exchange: trunkline init");
  }
  return core::fault(ExitCode::usage, "cannot tell which tenant is meant: none is the default",
                     "name one with --tenant");
}

core::Result<Tenant> set_tenant(db::Connection& connection, std::string_view name,
                                const TenantChange& change) {
  if (change.recording == RecordingMode::inherit) {
    return core::fault(ExitCode::usage, "cannot let a tenant inherit its recording mode",
                       "one of: always, off");
  }
  db::Transaction transaction(connection);
  const core::Result<Tenant> tenant = find_tenant(connection, name);
  if (!tenant) return tenant;
  if (change.makes_default && !tenant->is_default) {
    // Two statements: the unique index allows one default at every moment.
    static constexpr db::Statement kClear{
        "UPDATE trunkline.tenant SET is_default = false WHERE is_default"};
    static constexpr db::Statement kDefault{
        "UPDATE trunkline.tenant SET is_default = true WHERE id = $1"};
    connection.query(kClear);
    connection.query(kDefault, {tenant->id});
  }
  if (change.recording && *change.recording != tenant->recording) {
    static constexpr db::Statement kRecording{
        "UPDATE trunkline.tenant SET recording = $2 WHERE id = $1"};
    connection.query(kRecording, {tenant->id, std::string(name_of(*change.recording))});
  }
  core::Result<Tenant> changed = tenant_named(connection, tenant->name);
  transaction.commit();
  return changed;
}

core::Result<void> remove_tenant(db::Connection& connection, std::string_view name) {
  db::Transaction transaction(connection);
  const core::Result<Tenant> tenant = find_tenant(connection, name);
  if (!tenant) return tl::unexpected(tenant.error());
  if (tenant->is_default && list_tenants(connection).size() > 1) {
    return core::fault(
        ExitCode::usage,
        fmt::format("cannot remove tenant '{}': it is the default one", tenant->name),
        "make another the default first: trunkline tenant set OTHER --default");
  }
  static constexpr db::Statement kRemove{"DELETE FROM trunkline.tenant WHERE id = $1"};
  try {
    connection.query(kRemove, {tenant->id});
  } catch (const db::SqlError& error) {
    if (error.sqlstate() != "23503") throw;
    return core::fault(
        ExitCode::usage,
        fmt::format("cannot remove tenant '{}': it has devices or people", tenant->name),
        fmt::format("remove them first: sipctl device list --tenant {}", tenant->name));
  }
  transaction.commit();
  return {};
}

std::optional<core::Bytes> site_public_key(db::Connection& connection) {
  static constexpr db::Statement kKey{"SELECT sip_public_key FROM trunkline.site"};
  const db::Rows rows = connection.query(kKey);
  if (rows.empty()) return std::nullopt;
  return rows[0].get<core::Bytes>("sip_public_key");
}

core::Result<void> set_site_public_key(db::Connection& connection, core::ByteView public_key) {
  static constexpr db::Statement kSet{
      "INSERT INTO trunkline.site (sip_public_key) VALUES ($1) ON CONFLICT DO NOTHING"};
  connection.query(kSet, {public_key});
  const std::optional<core::Bytes> kept = site_public_key(connection);
  if (kept && std::ranges::equal(*kept, public_key)) return {};
  return core::fault(ExitCode::config,
                     "cannot use this key of sipd: devices' secrets are sealed to another one",
                     "restore the file of sip.key_file that belongs to this database");
}

}  // namespace trunkline::directory
