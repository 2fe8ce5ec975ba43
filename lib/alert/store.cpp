// SPDX-License-Identifier: MIT
#include "alert/store.h"

#include <algorithm>

#include "db/transaction.h"

namespace trunkline::alert {
namespace {

Level level_of(const db::Row& row) {
  return core::value_or_throw(parse_level(row.get<std::string>("level")));
}

State lock_state(db::Connection& connection, const std::string& key, core::Time now) {
  static constexpr db::Statement kMake{
      "INSERT INTO trunkline.alert_state (key, level, changed_at) VALUES ($1, 'normal', $2)"
      " ON CONFLICT (key) DO NOTHING"};
  static constexpr db::Statement kLock{
      "SELECT level, warning_told_at, critical_told_at, emergency_told_at"
      "  FROM trunkline.alert_state WHERE key = $1 FOR UPDATE"};
  (void)connection.query(kMake, {key, now});
  const db::Rows rows = connection.query(kLock, {key});
  const db::Row row = rows.only();
  return {.level = level_of(row),
          .told = {std::nullopt, row.get<std::optional<core::Time>>("warning_told_at"),
                   row.get<std::optional<core::Time>>("critical_told_at"),
                   row.get<std::optional<core::Time>>("emergency_told_at")}};
}

void keep_state(db::Connection& connection, const std::string& key, const State& state,
                core::Time now) {
  static constexpr db::Statement kKeep{
      "UPDATE trunkline.alert_state SET"
      "  changed_at = CASE WHEN level = $2 THEN changed_at ELSE $3::timestamptz END, level = $2,"
      "  warning_told_at = $4, critical_told_at = $5, emergency_told_at = $6 WHERE key = $1"};
  (void)connection.query(
      kKeep, {key, name_of(state.level), now, state.told[1], state.told[2], state.told[3]});
}

/// Whether nobody got the last alert of this key, because there was nobody to tell.
bool was_told_to_nobody(db::Connection& connection, const std::string& key) {
  static constexpr db::Statement kLast{
      "SELECT NOT EXISTS (SELECT FROM trunkline.alert_delivery d WHERE d.alert = a.id) AS is_lost"
      "  FROM trunkline.alert a WHERE a.key = $1 ORDER BY a.at DESC, a.id DESC LIMIT 1"};
  const db::Rows rows = connection.query(kLast, {key});
  return !rows.empty() && rows[0].get<bool>("is_lost");
}

Message message_of(const db::Row& row) {
  return {.id = row.get<core::Uuid>("id"),
          .key = row.get<std::string>("key"),
          .level = level_of(row),
          .subject = row.get<std::string>("subject"),
          .text = row.get<std::string>("body"),
          .html = row.get<std::string>("html"),
          .host = row.get<std::string>("host"),
          .at = row.get<core::Time>("at")};
}

}  // namespace

std::optional<Message> put(db::Connection& connection, const Alert& alert, core::Time now,
                           const std::string& host, const std::vector<Target>& targets) {
  static constexpr db::Statement kTell{
      "INSERT INTO trunkline.alert (id, key, level, subject, body, html, host, at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
  static constexpr db::Statement kSpool{
      "INSERT INTO trunkline.alert_delivery (alert, channel, target, next_try_at)"
      " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};
  db::Transaction transaction(connection);
  State state = lock_state(connection, alert.key, now);
  if (!targets.empty() && was_told_to_nobody(connection, alert.key)) state.told = {};
  const bool is_told = decide(state, alert, now);
  keep_state(connection, alert.key, state, now);
  std::optional<Message> message;
  if (is_told) {
    message = Message{core::Uuid::make(now),
                      alert.key,
                      alert.level,
                      alert.subject,
                      alert.text,
                      alert.html,
                      host,
                      now};
    (void)connection.query(kTell, {message->id, alert.key, name_of(alert.level), alert.subject,
                                   alert.text, alert.html, host, now});
    for (const Target& target : targets)
      (void)connection.query(kSpool, {message->id, target.channel, target.address, now});
  }
  transaction.commit();
  return message;
}

void put_open(db::Connection& connection, const std::string& key, Level level, core::Time now) {
  State state = lock_state(connection, key, now);
  state.level = std::max(state.level, level);
  keep_state(connection, key, state, now);
}

std::vector<Delivery> take_due(db::Connection& connection, core::Time now, core::Seconds lease,
                               std::uint64_t limit) {
  static constexpr db::Statement kTake{
      "WITH due AS (SELECT alert, channel, target FROM trunkline.alert_delivery"
      "  WHERE delivered_at IS NULL AND given_up_at IS NULL AND next_try_at <= $1"
      "  ORDER BY next_try_at, alert, channel, target LIMIT $3 FOR UPDATE SKIP LOCKED),"
      " taken AS (UPDATE trunkline.alert_delivery d SET tries = d.tries + 1, next_try_at = $2"
      "  FROM due WHERE (d.alert, d.channel, d.target) = (due.alert, due.channel, due.target)"
      "  RETURNING d.alert, d.channel, d.target, d.tries)"
      " SELECT a.id, a.key, a.level, a.subject, a.body, a.html, a.host, a.at, t.channel, t.target,"
      "        t.tries"
      "   FROM taken t JOIN trunkline.alert a ON a.id = t.alert ORDER BY a.at, a.id, t.channel,"
      "        t.target"};
  std::vector<Delivery> due;
  const db::Rows rows = connection.query(kTake, {now, now + lease, limit});
  for (const db::Row row : rows)
    due.push_back({message_of(row),
                   {row.get<std::string>("channel"), row.get<std::string>("target")},
                   row.get<int>("tries")});
  return due;
}

void note_delivered(db::Connection& connection, const Delivery& delivery, core::Time now) {
  static constexpr db::Statement kDelivered{
      "UPDATE trunkline.alert_delivery SET delivered_at = $4, error = ''"
      " WHERE alert = $1 AND channel = $2 AND target = $3 AND given_up_at IS NULL"};
  (void)connection.query(
      kDelivered, {delivery.message.id, delivery.target.channel, delivery.target.address, now});
}

void note_failed(db::Connection& connection, const Delivery& delivery, core::Time now,
                 const std::string& why, std::optional<core::Time> next_try) {
  static constexpr db::Statement kFailed{
      "UPDATE trunkline.alert_delivery SET error = $4, next_try_at = coalesce($5, next_try_at),"
      "       given_up_at = CASE WHEN $5::timestamptz IS NULL THEN $6::timestamptz END"
      " WHERE alert = $1 AND channel = $2 AND target = $3 AND delivered_at IS NULL"};
  (void)connection.query(kFailed, {delivery.message.id, delivery.target.channel,
                                   delivery.target.address, why, next_try, now});
}

std::vector<Told> told(db::Connection& connection, const std::optional<core::Time>& since,
                       std::uint64_t limit) {
  static constexpr db::Statement kTold{
      "SELECT a.id, a.key, a.level, a.subject, a.body, a.html, a.host, a.at,"
      "       count(*) FILTER (WHERE d.delivered_at IS NOT NULL) AS delivered,"
      "       count(*) FILTER (WHERE d.given_up_at IS NOT NULL) AS given_up,"
      "       count(d.alert) FILTER (WHERE d.delivered_at IS NULL AND d.given_up_at IS NULL)"
      "         AS waiting,"
      "       coalesce(max(d.error) FILTER (WHERE d.error <> ''), '') AS error"
      "  FROM trunkline.alert a LEFT JOIN trunkline.alert_delivery d ON d.alert = a.id"
      " WHERE $1::timestamptz IS NULL OR a.at >= $1"
      " GROUP BY a.id ORDER BY a.at DESC, a.id DESC LIMIT nullif($2::bigint, 0)"};
  std::vector<Told> all;
  const db::Rows rows = connection.query(kTold, {since, limit});
  for (const db::Row row : rows)
    all.push_back({message_of(row), row.get<std::int64_t>("delivered"),
                   row.get<std::int64_t>("waiting"), row.get<std::int64_t>("given_up"),
                   row.get<std::string>("error")});
  return all;
}

std::vector<Open> open_conditions(db::Connection& connection) {
  static constexpr db::Statement kOpen{
      "SELECT key, level, changed_at FROM trunkline.alert_state WHERE level <> 'normal'"
      " ORDER BY array_position(ARRAY['emergency', 'critical', 'warning'], level), key"};
  std::vector<Open> open;
  const db::Rows rows = connection.query(kOpen);
  for (const db::Row row : rows)
    open.push_back({row.get<std::string>("key"), level_of(row), row.get<core::Time>("changed_at")});
  return open;
}

std::int64_t prune(db::Connection& connection, core::Time before) {
  static constexpr db::Statement kPrune{"DELETE FROM trunkline.alert WHERE at < $1"};
  // Of incidents a state is left behind; one that holds nothing back any more says nothing.
  static constexpr db::Statement kPruneStates{
      "DELETE FROM trunkline.alert_state WHERE level = 'normal'"
      "   AND coalesce(greatest(warning_told_at, critical_told_at, emergency_told_at), changed_at)"
      "       < $1"};
  (void)connection.query(kPruneStates, {before});
  return connection.query(kPrune, {before}).affected();
}

std::optional<core::Time> watch_mark(db::Connection& connection, const std::string& name) {
  static constexpr db::Statement kMark{"SELECT at FROM trunkline.watch_mark WHERE name = $1"};
  const db::Rows rows = connection.query(kMark, {name});
  if (rows.empty()) return std::nullopt;
  return rows[0].get<core::Time>("at");
}

void set_watch_mark(db::Connection& connection, const std::string& name, core::Time at) {
  static constexpr db::Statement kSet{
      "INSERT INTO trunkline.watch_mark (name, at) VALUES ($1, $2)"
      " ON CONFLICT (name) DO UPDATE SET at = excluded.at"};
  (void)connection.query(kSet, {name, at});
}

}  // namespace trunkline::alert
