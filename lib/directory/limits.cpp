// SPDX-License-Identifier: MIT
#include "directory/limits.h"

#include "directory/records.h"

namespace trunkline::directory {
namespace {

std::optional<std::uint32_t> number_of(const db::Row& row, std::string_view column) {
  const auto number = row.get<std::optional<int>>(column);
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

/// Columns: tenant_id, device_id, max_calls, calls_per_minute, max_registrations.
Limit limit_of(const db::Row& row) {
  return {.tenant = row.get<core::TenantId>("tenant_id"),
          .device = row.get<std::optional<core::DeviceId>>("device_id").value_or(core::DeviceId{}),
          .max_calls = number_of(row, "max_calls"),
          .calls_per_minute = number_of(row, "calls_per_minute"),
          .max_registrations = number_of(row, "max_registrations")};
}

db::Value null_if_nil(const core::DeviceId& device) {
  return device.is_nil() ? db::Value(std::nullopt) : db::Value(device);
}

}  // namespace

std::vector<NamedLimit> list_limits(db::Connection& connection) {
  static constexpr db::Statement kList{
      "SELECT l.tenant_id, l.device_id, l.max_calls, l.calls_per_minute, l.max_registrations,"
      "       t.name AS tenant, coalesce(d.name, '') AS device"
      "  FROM trunkline.party_limit l JOIN trunkline.tenant t ON t.id = l.tenant_id"
      "  LEFT JOIN trunkline.device d ON d.id = l.device_id ORDER BY t.name, device"};
  std::vector<NamedLimit> limits;
  for (const db::Row row : connection.query(kList)) {
    limits.push_back(
        {limit_of(row), row.get<std::string>("tenant"), row.get<std::string>("device")});
  }
  return limits;
}

core::Result<Limit> set_limit(db::Connection& connection, const Limit& change) {
  if (!change.device.is_nil() && change.max_registrations) {
    return core::fault(core::ExitCode::usage, "cannot limit the registrations of a device",
                       "a device has 10 contacts at most; limit its tenant's");
  }
  if (!change.max_calls && !change.calls_per_minute && !change.max_registrations) {
    return core::fault(core::ExitCode::usage, "cannot set a limit: no number is given",
                       "such as --calls 5; take a limit away: sipctl limit remove");
  }
  // Two unique indexes, one for devices and one for tenants: so not ON CONFLICT of one of them.
  static constexpr db::Statement kUpdate{
      "UPDATE trunkline.party_limit SET max_calls = coalesce($3, max_calls),"
      "       calls_per_minute = coalesce($4, calls_per_minute),"
      "       max_registrations = coalesce($5, max_registrations)"
      " WHERE tenant_id = $1 AND device_id IS NOT DISTINCT FROM $2"
      " RETURNING tenant_id, device_id, max_calls, calls_per_minute, max_registrations"};
  static constexpr db::Statement kInsert{
      "INSERT INTO trunkline.party_limit (tenant_id, device_id, max_calls, calls_per_minute,"
      "                                   max_registrations)"
      " VALUES ($1, $2, $3, $4, $5)"
      " RETURNING tenant_id, device_id, max_calls, calls_per_minute, max_registrations"};
  for (const db::Statement* statement : {&kUpdate, &kInsert}) {
    const db::Rows rows =
        connection.query(*statement, {change.tenant, null_if_nil(change.device), change.max_calls,
                                      change.calls_per_minute, change.max_registrations});
    if (!rows.empty()) return limit_of(rows[0]);
  }
  return core::fault(core::ExitCode::software, "a limit was not stored");
}

bool remove_limit(db::Connection& connection, const core::TenantId& tenant,
                  const core::DeviceId& device) {
  static constexpr db::Statement kRemove{
      "DELETE FROM trunkline.party_limit"
      " WHERE tenant_id = $1 AND device_id IS NOT DISTINCT FROM $2"};
  return connection.query(kRemove, {tenant, null_if_nil(device)}).affected() > 0;
}

std::vector<Limit> load_limits(db::Connection& connection) {
  static constexpr db::Statement kLoad{
      "SELECT tenant_id, device_id, max_calls, calls_per_minute, max_registrations"
      "  FROM trunkline.party_limit"};
  std::vector<Limit> limits;
  for (const db::Row row : connection.query(kLoad)) limits.push_back(limit_of(row));
  return limits;
}

}  // namespace trunkline::directory
