// SPDX-License-Identifier: MIT
#include "alert/people.h"

namespace trunkline::alert {

std::vector<std::string> addresses_of_people(db::Connection& connection, const Alert& alert) {
  static constexpr db::Statement kAddresses{
      "SELECT lower(p.mail) AS mail FROM trunkline.person p"
      " WHERE p.is_enabled AND p.alerts <> 'none'"
      "   AND array_position($1::text[], p.alerts) <= greatest(array_position($1::text[], $2),"
      "     (SELECT array_position($1::text[], CASE"
      "              WHEN $2 <> 'normal' THEN s.level"
      "              WHEN s.emergency_told_at IS NOT NULL THEN 'emergency'"
      "              WHEN s.critical_told_at IS NOT NULL THEN 'critical'"
      "              WHEN s.warning_told_at IS NOT NULL THEN 'warning' ELSE 'normal' END)"
      "        FROM trunkline.alert_state s WHERE s.key = $3))"
      " GROUP BY lower(p.mail) ORDER BY lower(p.mail)"};
  std::vector<std::string> levels;
  for (const Level level : {Level::normal, Level::warning, Level::critical, Level::emergency})
    levels.emplace_back(name_of(level));
  std::vector<std::string> addresses;
  const db::Rows rows = connection.query(
      kAddresses,
      {db::Value::array(std::span<const std::string>(levels)), name_of(alert.level), alert.key});
  for (const db::Row row : rows) addresses.push_back(row.get<std::string>("mail"));
  return addresses;
}

}  // namespace trunkline::alert
