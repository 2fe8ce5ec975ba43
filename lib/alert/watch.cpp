// SPDX-License-Identifier: MIT
#include "alert/watch.h"

#include <fmt/format.h>

#include "alert/store.h"

namespace trunkline::alert {
namespace {

constexpr core::Microseconds kFirstLook = std::chrono::hours(1);
/// A transaction that began before the last look may have ended after it.
constexpr core::Microseconds kOverlap = std::chrono::minutes(2);
/// What recorderd needs to ship the account of a call that has ended.
constexpr core::Microseconds kGrace = std::chrono::seconds(45);
/// As many mails in one look; more are told in one.
constexpr std::size_t kOneByOne = 5;
constexpr core::Milliseconds kMassRepeat = std::chrono::minutes(10);
constexpr core::Milliseconds kRefusedRepeat = std::chrono::hours(1);

core::Time since(db::Connection& connection, const char* mark, core::Time now) {
  const auto last = watch_mark(connection, mark);
  // A mark that lies ahead is that of a wrong clock.
  if (!last || *last > now) return now - kFirstLook;
  return *last - kOverlap;
}

struct Lost {
  std::string key;
  std::string line;
};

std::vector<Lost> lost_recordings(db::Connection& connection, core::Time from, core::Time now) {
  static constexpr db::Statement kFailed{
      "SELECT DISTINCT r.recording, r.call, r.status, coalesce(r.reason, '') AS reason,"
      "       r.started_at"
      "  FROM trunkline.ledger_entry e JOIN trunkline.recording r ON r.call = e.call"
      " WHERE e.kind IN ('recording.failed', 'recording.finished') AND e.received_at > $1"
      "   AND r.status IN ('failed', 'truncated', 'unsupported')"
      " ORDER BY r.started_at, r.recording"};
  static constexpr db::Statement kNone{
      "SELECT c.call, c.started_at FROM trunkline.cdr c"
      " WHERE c.state = 'ended' AND c.recording_mode = 'always' AND c.talk_ms > 0"
      "   AND c.started_at > $1::timestamptz - interval '4 hours'"
      "   AND c.ended_at > $1::timestamptz - interval '1 minute' AND c.ended_at <= $2"
      "   AND NOT EXISTS (SELECT FROM trunkline.recording r WHERE r.call = c.call)"
      " ORDER BY c.started_at, c.call"};
  std::vector<Lost> lost;
  const db::Rows failed = connection.query(kFailed, {from});
  for (const db::Row row : failed) {
    const std::string id = row.get<core::Uuid>("recording").text();
    const std::string reason = row.get<std::string>("reason");
    lost.push_back(
        {"recording " + id,
         fmt::format("recording {} of call {}, begun at {}: {}{}{}", id,
                     row.get<core::Uuid>("call").text(),
                     core::to_rfc3339(row.get<core::Time>("started_at")),
                     row.get<std::string>("status"), reason.empty() ? "" : ", ", reason)});
  }
  const db::Rows none = connection.query(kNone, {from, now - kGrace});
  for (const db::Row row : none) {
    const std::string id = row.get<core::Uuid>("call").text();
    lost.push_back(
        {"call " + id, fmt::format("call {}, begun at {}, was to be recorded and has no recording",
                                   id, core::to_rfc3339(row.get<core::Time>("started_at")))});
  }
  return lost;
}

News recordings(db::Connection& connection, core::Time now) {
  News news{.mark = "recordings", .until = now};
  const auto lost = lost_recordings(connection, since(connection, "recordings", now), now);
  const std::string hint = "\nLook: cdrctl recording list --status failed, trunkline doctor\n";
  if (lost.size() > kOneByOne) {
    Alert all{.key = "recordings",
              .level = Level::critical,
              .subject = fmt::format("{} recordings are not complete", lost.size()),
              .nature = Nature::incident,
              .repeat_after = kMassRepeat};
    for (const Lost& each : lost) all.text += each.line + "\n";
    all.text += hint;
    news.alerts.push_back(std::move(all));
    news.is_gathered = true;
    return news;
  }
  for (const Lost& each : lost)
    news.alerts.push_back({.key = each.key,
                           .level = Level::critical,
                           .subject = "a recording is not complete",
                           .text = each.line + "\n" + hint,
                           .nature = Nature::incident});
  return news;
}

News refused_entries(db::Connection& connection, core::Time now) {
  static constexpr db::Statement kRefused{
      "SELECT count(*) AS count, coalesce(min(kind || ': ' || error), '') AS example"
      "  FROM trunkline.ledger_rejected WHERE rejected_at > $1"};
  News news{.mark = "ledger_rejected", .until = now};
  const db::Rows rows = connection.query(kRefused, {since(connection, "ledger_rejected", now)});
  const auto count = rows.only().get<std::int64_t>("count");
  if (count == 0) return news;
  news.is_gathered = true;
  news.alerts.push_back(
      {.key = "ledger rejected",
       .level = Level::critical,
       .subject = fmt::format("the ledger refused {} {}", count, count == 1 ? "entry" : "entries"),
       .text = fmt::format("One of them: {}\n\nThey are whole in the table ledger_rejected; "
                           "see trunkline-ledger(7).\n",
                           rows.only().get<std::string>("example")),
       .nature = Nature::incident,
       .repeat_after = kRefusedRepeat});
  return news;
}

}  // namespace

std::vector<News> look_for_news(db::Connection& connection, core::Time now) {
  return {recordings(connection, now), refused_entries(connection, now)};
}

}  // namespace trunkline::alert
