// SPDX-License-Identifier: MIT
#include "usage/usage.h"

#include <algorithm>

#include "retention/items.h"

namespace trunkline::usage {
namespace {

constexpr std::uint64_t kPage = 2'000;
constexpr core::Microseconds kMonth = std::chrono::hours(24 * 30);

std::uint64_t natural(const db::Row& row, std::string_view column) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.get<std::int64_t>(column)));
}

Amount amount_of(const db::Row& row) {
  return {natural(row, "recordings"), natural(row, "bytes"), natural(row, "duration_ms")};
}

std::vector<Consumer> consumers_of(const db::Rows& rows) {
  std::vector<Consumer> consumers;
  for (const db::Row row : rows)
    consumers.push_back({row.get<std::string>("name"), amount_of(row)});
  return consumers;
}

// bigint, not numeric: sums of bigint are numeric otherwise.
constexpr db::Statement kTotals{
    "SELECT count(*) AS recordings, coalesce(sum(bytes), 0)::bigint AS bytes,"
    "       coalesce(sum(duration_ms), 0)::bigint AS duration_ms"
    "  FROM trunkline.recording WHERE status <> 'erased' AND started_at >= $1"
    "   AND ($2::uuid IS NULL OR tenant_id = $2)"};
constexpr db::Statement kCold{
    "SELECT count(*) AS recordings, coalesce(sum(bytes), 0)::bigint AS bytes,"
    "       coalesce(sum(duration_ms), 0)::bigint AS duration_ms"
    "  FROM trunkline.recording WHERE status <> 'erased' AND starts_with(path, 'cold/')"
    "   AND ($1::uuid IS NULL OR tenant_id = $1)"};
constexpr db::Statement kTenants{
    "SELECT coalesce(t.name::text, r.tenant_id::text) AS name, r.recordings, r.bytes, r.duration_ms"
    "  FROM (SELECT tenant_id, count(*) AS recordings, coalesce(sum(bytes), 0)::bigint AS bytes,"
    "               coalesce(sum(duration_ms), 0)::bigint AS duration_ms"
    "          FROM trunkline.recording WHERE status <> 'erased'"
    "           AND ($1::uuid IS NULL OR tenant_id = $1) GROUP BY tenant_id) r"
    "  LEFT JOIN trunkline.tenant t ON t.id = r.tenant_id"
    " ORDER BY r.bytes DESC, name LIMIT $2"};
constexpr db::Statement kDevices{
    "SELECT coalesce(d.name::text, r.device::text) || ' of '"
    "         || coalesce(t.name::text, r.tenant_id::text) AS name,"
    "       r.recordings, r.bytes, r.duration_ms"
    "  FROM (SELECT p.device, r.tenant_id, count(*) AS recordings,"
    "               coalesce(sum(r.bytes), 0)::bigint AS bytes,"
    "               coalesce(sum(r.duration_ms), 0)::bigint AS duration_ms"
    "          FROM trunkline.recording r JOIN trunkline.cdr c ON c.call = r.call"
    "         CROSS JOIN LATERAL (SELECT DISTINCT u.device FROM"
    "               unnest(ARRAY[c.caller_device, c.called_device]) AS u (device)"
    "               WHERE u.device IS NOT NULL) p"
    "         WHERE r.status <> 'erased' AND ($1::uuid IS NULL OR r.tenant_id = $1)"
    "         GROUP BY p.device, r.tenant_id) r"
    "  LEFT JOIN trunkline.device d ON d.id = r.device"
    "  LEFT JOIN trunkline.tenant t ON t.id = r.tenant_id"
    " ORDER BY r.bytes DESC, name LIMIT $2"};
constexpr db::Statement kLog{
    "SELECT day - DATE '1970-01-01' AS day, sum(bytes)::bigint AS bytes FROM trunkline.usage_log"
    " WHERE day > ($1::timestamptz AT TIME ZONE 'UTC')::date - 30"
    "   AND ($2::uuid IS NULL OR tenant_id = $2) GROUP BY day ORDER BY day"};

}  // namespace

std::optional<std::uint64_t> Amount::average_ms() const {
  if (recordings == 0) return std::nullopt;
  return duration_ms / recordings;
}

std::optional<double> Amount::bytes_per_minute() const {
  if (duration_ms == 0) return std::nullopt;
  return static_cast<double>(bytes) / (static_cast<double>(duration_ms) / 60'000);
}

Usage load_usage(db::Connection& connection, core::Time now,
                 const std::optional<core::TenantId>& tenant, std::uint64_t top) {
  Usage usage;
  usage.all = amount_of(connection.query(kTotals, {core::from_microseconds(0), tenant}).only());
  usage.last_30_days = amount_of(connection.query(kTotals, {now - kMonth, tenant}).only());
  usage.cold = amount_of(connection.query(kCold, {tenant}).only());
  usage.tenants = consumers_of(connection.query(kTenants, {tenant, top}));
  usage.devices = consumers_of(connection.query(kDevices, {tenant, top}));
  const db::Rows days = connection.query(kLog, {now, tenant});
  for (const db::Row row : days)
    usage.log.push_back({row.get<std::int64_t>("day"), row.get<std::int64_t>("bytes")});
  return usage;
}

std::int64_t record_usage(db::Connection& connection, core::Time now) {
  // Tenants that had some and have none now are written, too: a day without a row counts as none.
  static constexpr db::Statement kRecord{
      "INSERT INTO trunkline.usage_log AS old (day, tenant_id, recordings, bytes, duration_ms,"
      "       taken_at)"
      " SELECT ($1::timestamptz AT TIME ZONE 'UTC')::date, r.tenant_id, count(*),"
      "        coalesce(sum(r.bytes), 0), coalesce(sum(r.duration_ms), 0), $1"
      "   FROM trunkline.recording r WHERE r.status <> 'erased' GROUP BY r.tenant_id"
      " UNION ALL"
      " SELECT ($1::timestamptz AT TIME ZONE 'UTC')::date, t.id, 0, 0, 0, $1"
      "   FROM trunkline.tenant t WHERE NOT EXISTS (SELECT FROM trunkline.recording r"
      "         WHERE r.tenant_id = t.id AND r.status <> 'erased')"
      " ON CONFLICT (day, tenant_id) DO UPDATE SET (recordings, bytes, duration_ms, taken_at) ="
      "   (excluded.recordings, excluded.bytes, excluded.duration_ms, excluded.taken_at)"
      "   WHERE excluded.taken_at >= old.taken_at"};
  return connection.query(kRecord, {now}).affected();
}

std::vector<Change> load_changes(db::Connection& connection, const retention::Rules& rules,
                                 core::Time now) {
  WhatIf what_if(rules, now);
  std::optional<retention::Place> after;
  for (;;) {
    const auto items =
        retention::load_page(connection, retention::Kind::recording, after, now, kPage);
    for (const retention::Item& item : items) what_if.take(item);
    if (items.size() < kPage) return what_if.changes();
    after = retention::Place{items.back().began_at, items.back().id};
  }
}

}  // namespace trunkline::usage
