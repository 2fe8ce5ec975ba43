// SPDX-License-Identifier: MIT
#include "directory/limits.h"

#include "directory/records.h"

namespace trunkline::directory {
namespace {

std::optional<std::uint32_t> number_of(const db::Row& row, std::string_view column) {
  const auto number = row.get<std::optional<int>>(column);
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

/// Columns: tenant_id, device_id, person_id, max_calls, calls_per_minute, max_registrations.
Limit limit_of(const db::Row& row) {
  return {.tenant = row.get<core::TenantId>("tenant_id"),
          .device = row.get<std::optional<core::DeviceId>>("device_id").value_or(core::DeviceId{}),
          .person = row.get<std::optional<core::UserId>>("person_id").value_or(core::UserId{}),
          .max_calls = number_of(row, "max_calls"),
          .calls_per_minute = number_of(row, "calls_per_minute"),
          .max_registrations = number_of(row, "max_registrations")};
}

}  // namespace

std::vector<NamedLimit> list_limits(db::Connection& connection) {
  static constexpr db::Statement kList{
      "SELECT l.tenant_id, l.device_id, l.person_id, l.max_calls, l.calls_per_minute,"
      "       l.max_registrations, t.name AS tenant, coalesce(d.name, '') AS device,"
      "       coalesce(p.name, '') AS person"
      "  FROM trunkline.party_limit l JOIN trunkline.tenant t ON t.id = l.tenant_id"
      "  LEFT JOIN trunkline.device d ON d.id = l.device_id"
      "  LEFT JOIN trunkline.person p ON p.id = l.person_id ORDER BY t.name, person, device"};
  std::vector<NamedLimit> limits;
  for (const db::Row row : connection.query(kList)) {
    limits.push_back({limit_of(row), row.get<std::string>("tenant"), row.get<std::string>("device"),
                      row.get<std::string>("person")});
  }
  return limits;
}

core::Result<Limit> set_limit(db::Connection& connection, const Limit& change) {
  if (!change.device.is_nil() && change.max_registrations) {
    return core::fault(core::ExitCode::usage, "cannot limit the registrations of a device",
                       "a device has 10 contacts at most; limit its user's or its tenant's");
  }
  if (!change.max_calls && !change.calls_per_minute && !change.max_registrations) {
    return core::fault(core::ExitCode::usage, "cannot set a limit: no number is given",
                       "such as --calls 5; take a limit away: sipctl limit remove");
  }
  // A unique index for each kind of party: so not ON CONFLICT of one of them.
  static constexpr db::Statement kUpdate{
      "UPDATE trunkline.party_limit SET max_calls = coalesce($3, max_calls),"
      "       calls_per_minute = coalesce($4, calls_per_minute),"
      "       max_registrations = coalesce($5, max_registrations)"
      " WHERE tenant_id = $1 AND device_id IS NOT DISTINCT FROM $2"
      "   AND person_id IS NOT DISTINCT FROM $6"
      " RETURNING tenant_id, device_id, person_id, max_calls, calls_per_minute,"
      "           max_registrations"};
  static constexpr db::Statement kInsert{
      "INSERT INTO trunkline.party_limit (tenant_id, device_id, max_calls, calls_per_minute,"
      "                                   max_registrations, person_id)"
      " VALUES ($1, $2, $3, $4, $5, $6)"
      " RETURNING tenant_id, device_id, person_id, max_calls, calls_per_minute,"
      "           max_registrations"};
  for (const db::Statement* statement : {&kUpdate, &kInsert}) {
    const db::Rows rows =
        connection.query(*statement, {change.tenant, null_if_nil(change.device), change.max_calls,
                                      change.calls_per_minute, change.max_registrations,
                                      null_if_nil(change.person)});
    if (!rows.empty()) return limit_of(rows[0]);
  }
  return core::fault(core::ExitCode::software, "a limit was not stored");
}

bool remove_limit(db::Connection& connection, const Limit& whose) {
  static constexpr db::Statement kRemove{
      "DELETE FROM trunkline.party_limit"
      " WHERE tenant_id = $1 AND device_id IS NOT DISTINCT FROM $2"
      "   AND person_id IS NOT DISTINCT FROM $3"};
  return connection
             .query(kRemove, {whose.tenant, null_if_nil(whose.device), null_if_nil(whose.person)})
             .affected() > 0;
}

std::vector<Limit> load_limits(db::Connection& connection) {
  static constexpr db::Statement kLoad{
      "SELECT tenant_id, device_id, person_id, max_calls, calls_per_minute, max_registrations"
      "  FROM trunkline.party_limit"};
  std::vector<Limit> limits;
  for (const db::Row row : connection.query(kLoad)) limits.push_back(limit_of(row));
  return limits;
}

}  // namespace trunkline::directory
