// SPDX-License-Identifier: MIT
#include "cdr/health.h"

#include "cdr/report.h"

namespace trunkline::cdr {

Health health_of(db::Connection& connection, core::Time since, core::Time until,
                 const std::optional<core::TenantId>& tenant) {
  static constexpr db::Statement kLive{
      "SELECT count(*) AS calls FROM trunkline.cdr"
      " WHERE state <> 'ended' AND ($1::uuid IS NULL OR tenant_id = $1)"};
  static constexpr db::Statement kIncomplete{
      "SELECT count(*) AS calls FROM trunkline.report_incomplete_recording"
      " WHERE started_at >= $1 AND started_at < $2 AND ($3::uuid IS NULL OR tenant_id = $3)"};
  static constexpr db::Statement kLedger{
      "SELECT coalesce(sum(n.rejected), 0)::bigint AS rejected, max(n.last_shipped_at) AS "
      "shipped_at,"
      "       (1000 * extract(epoch FROM max(e.received_at - e.at)))::bigint AS lag_ms"
      "  FROM trunkline.ledger_node n"
      "  LEFT JOIN trunkline.ledger_entry e ON e.node_id = n.node_id AND e.seq = n.watermark"};
  Health health;
  health.figures = core::value_or_throw(
                       make_report(connection, {.since = since, .until = until, .tenant = tenant}))
                       .total;
  health.live_now = connection.query(kLive, {tenant}).only().get<std::int64_t>("calls");
  health.incomplete =
      connection.query(kIncomplete, {since, until, tenant}).only().get<std::int64_t>("calls");
  const db::Rows rows = connection.query(kLedger);
  const db::Row ledger = rows.only();
  health.rejected = ledger.get<std::int64_t>("rejected");
  health.last_shipped_at = ledger.get<std::optional<core::Time>>("shipped_at");
  if (const auto lag = ledger.get<std::optional<std::int64_t>>("lag_ms"))
    health.lag = core::Milliseconds(std::max<std::int64_t>(0, *lag));
  return health;
}

}  // namespace trunkline::cdr
