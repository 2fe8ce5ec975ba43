// SPDX-License-Identifier: MIT
#include "cdr/query.h"

#include <fmt/format.h>

#include <algorithm>

#include "cdr/page.h"
#include "cdr/rows.h"
#include "core/text.h"

namespace trunkline::cdr {
namespace {

using core::ExitCode;

constexpr std::uint64_t kPage = 500;
// A UUID's tail this short would fit too many.
constexpr std::size_t kTailMin = 4;
// Of several that fit, so many are named.
constexpr std::uint64_t kNamedAtMost = 5;
// Projections keep this much of a text from the wire.
constexpr std::size_t kKeySize = 255;

std::optional<std::string> wanted(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text.substr(0, kKeySize));
}

constexpr auto kEndedOfNode =
    joined("SELECT ", kColumns, ", seq FROM trunkline.cdr", kFilterConditions,
           " AND state = 'ended' AND node_id = $12 AND seq > $13 AND seq <= $14"
           " ORDER BY seq LIMIT $15");

db::Values values_of(const Filter& filter) {
  return {filter.since,          filter.until,           wanted(filter.caller),
          wanted(filter.called), wanted(filter.number),  wanted(filter.disposition),
          filter.is_live,        filter.tenant,          wanted(filter.trunk),
          wanted(filter.did),    wanted(filter.campaign)};
}

db::Statement statement_of(const Filter& filter) {
  static constexpr auto kNewestFirst = newest_first("");
  static constexpr auto kOldestFirst = oldest_first("");
  static constexpr db::Statement kDescending{kNewestFirst.data()};
  static constexpr db::Statement kAscending{kOldestFirst.data()};
  return filter.is_oldest_first ? kAscending : kDescending;
}

db::Rows select_calls(db::Connection& connection, const Selection& selection) {
  return connection.query(statement_of(selection.filter), values_of(selection));
}

bool is_uuid_tail(std::string_view text) {
  return text.size() >= kTailMin && text.size() <= 36 &&
         std::ranges::all_of(core::to_lower(text), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
         });
}

}  // namespace

db::Values values_of(const Selection& selection) {
  const std::optional<Call>& after = selection.after;
  db::Values values = values_of(selection.filter);
  values.insert(values.end(), {after ? std::optional(after->started_at) : std::nullopt,
                               after ? std::optional(after->call) : std::nullopt, selection.key,
                               selection.tail, selection.size});
  return values;
}

bool passes(const Filter& filter, const Call& call) {
  const auto is_caller = [&](const std::string& key) {
    return key == call.caller.name || key == call.caller.number;
  };
  const auto is_called = [&](const std::string& key) {
    return key == call.called.name || key == call.called.number || key == call.dialled;
  };
  return (!filter.since || call.started_at >= *filter.since) &&
         (!filter.until || call.started_at < *filter.until) &&
         (filter.caller.empty() || is_caller(filter.caller)) &&
         (filter.called.empty() || is_called(filter.called)) &&
         (filter.number.empty() || is_caller(filter.number) || is_called(filter.number)) &&
         (filter.disposition.empty() || filter.disposition == call.disposition) &&
         (filter.trunk.empty() || filter.trunk == call.trunk) &&
         (filter.did.empty() || filter.did == call.did) &&
         (filter.campaign.empty() || filter.campaign == call.campaign) &&
         (!filter.is_live || *filter.is_live == call.is_live()) &&
         (!filter.tenant || *filter.tenant == call.tenant);
}

std::uint64_t for_each_call(db::Connection& connection, const Filter& filter,
                            const std::function<bool(const Call&)>& use) {
  std::uint64_t given = 0;
  std::optional<Call> after;
  while (filter.limit == 0 || given < filter.limit) {
    const std::uint64_t size = filter.limit == 0 ? kPage : std::min(kPage, filter.limit - given);
    const db::Rows rows =
        select_calls(connection, {.filter = filter, .after = after, .size = size});
    for (const db::Row row : rows) {
      after = call_of(row);
      ++given;
      if (!use(*after)) return given;
    }
    if (static_cast<std::uint64_t>(rows.size()) < size) break;
  }
  return given;
}

std::uint64_t stream_calls(db::Connection& connection, const Filter& filter,
                           const std::function<bool(const Call&)>& use) {
  std::uint64_t given = 0;
  Call call;
  db::Values values = values_of(Selection{.filter = filter, .size = filter.limit});
  if (filter.limit == 0) values.back() = std::nullopt;  // LIMIT NULL is none
  connection.stream(statement_of(filter), values, [&](const db::BinaryRow& row) {
    read_call(row, call);
    ++given;
    return use(call);
  });
  return given;
}

std::uint64_t for_each_ended(db::Connection& connection, const Filter& filter, Cursor& cursor,
                             const std::function<bool(const Call&)>& use) {
  static constexpr db::Statement kSelect{kEndedOfNode.data()};
  std::uint64_t given = 0;
  // What is shipped meanwhile is for the next time: this ends, however busy the exchange is.
  const Cursor end = watermarks(connection);
  for (const auto& [node, watermark] : end.positions()) {
    for (bool is_more = true; is_more;) {
      db::Values values = values_of(filter);
      values.insert(values.end(), {node, cursor.position(node), watermark, kPage});
      const db::Rows rows = connection.query(kSelect, values);
      is_more = static_cast<std::uint64_t>(rows.size()) == kPage;
      for (const db::Row row : rows) {
        if (filter.limit != 0 && given == filter.limit) return given;
        ++given;
        const bool goes_on = use(call_of(row));
        cursor.advance(node, row.get<std::int64_t>("seq"));
        if (!goes_on) return given;
      }
    }
    cursor.advance(node, watermark);
  }
  return given;
}

Cursor watermarks(db::Connection& connection) {
  static constexpr db::Statement kNodes{"SELECT node_id, watermark FROM trunkline.ledger_node"};
  Cursor cursor;
  for (const db::Row row : connection.query(kNodes))
    cursor.advance(row.get<core::NodeId>("node_id"), row.get<std::int64_t>("watermark"));
  return cursor;
}

bool for_each_change(db::Connection& connection, Cursor& cursor,
                     const std::function<void(const Call&)>& use) {
  static constexpr db::Statement kEntries{
      "SELECT seq, body FROM trunkline.ledger_entry"
      " WHERE node_id = $1 AND seq > $2 AND seq <= $3 AND kind LIKE 'call.%' ORDER BY seq LIMIT "
      "$4"};
  bool is_all = true;
  const Cursor end = watermarks(connection);
  for (const auto& [node, watermark] : end.positions()) {
    if (cursor.position(node) >= watermark) continue;
    const db::Rows rows =
        connection.query(kEntries, {node, cursor.position(node), watermark, kPage});
    for (const db::Row row : rows) {
      cursor.advance(node, row.get<std::int64_t>("seq"));
      // A body that is no call was written by a newer release: it is not ours to show.
      if (const auto call = parse_call(row.get<core::Json>("body"))) use(*call);
    }
    if (static_cast<std::uint64_t>(rows.size()) == kPage)
      is_all = false;
    else
      cursor.advance(node, watermark);
  }
  return is_all;
}

core::Result<Call> find_call(db::Connection& connection, std::string_view which) {
  if (which == "last") {
    const db::Rows rows = select_calls(connection, {});
    if (!rows.empty()) return call_of(rows[0]);
    return core::fault(ExitCode::no_input, "cannot find the last call: there is none yet");
  }
  // A key wins over a tail: digits alone are meant as a number.
  const db::Rows rows = select_calls(connection, {.key = std::string(which.substr(0, kKeySize))});
  if (!rows.empty()) return call_of(rows[0]);
  std::vector<Call> calls;
  if (is_uuid_tail(which)) {
    const Selection by_tail{.tail = core::to_lower(which), .size = kNamedAtMost};
    for (const db::Row row : select_calls(connection, by_tail)) calls.push_back(call_of(row));
  }
  if (calls.size() == 1) return calls[0];
  if (calls.empty()) {
    return core::fault(ExitCode::no_input,
                       fmt::format("cannot find call '{}'", core::printable(which)),
                       "give an id or its end, a SIP Call-ID, a number or last: cdrctl list");
  }
  std::vector<std::string> ids;
  ids.reserve(calls.size());
  for (const Call& call : calls) ids.push_back(call.call.text());
  return core::fault(ExitCode::usage,
                     fmt::format("cannot tell which call '{}' is: several ids end so", which),
                     fmt::format("one of: {}", core::join(ids, ", ")));
}

CallFacts facts_of(db::Connection& connection, const core::CallRef& call) {
  static constexpr db::Statement kMedia{"SELECT body FROM trunkline.media_account WHERE call = $1"};
  static constexpr db::Statement kRecordings{
      "SELECT body FROM trunkline.recording WHERE call = $1 ORDER BY started_at"};
  static constexpr db::Statement kRule{
      "SELECT body ->> 'recording_rule' AS rule FROM trunkline.ledger_entry"
      " WHERE call = $1 AND kind LIKE 'call.%' ORDER BY at DESC, seq DESC LIMIT 1"};
  CallFacts facts;
  const db::Rows entries = connection.query(kRule, {call});
  if (!entries.empty()) {
    facts.recording_rule = entries[0].get<std::optional<std::string>>("rule").value_or("");
  }
  const db::Rows media = connection.query(kMedia, {call});
  if (!media.empty()) facts.media = media[0].get<core::Json>("body");
  for (const db::Row row : connection.query(kRecordings, {call})) {
    facts.recordings.push_back(row.get<core::Json>("body"));
  }
  return facts;
}

std::string tenant_name(db::Connection& connection, const core::TenantId& tenant) {
  static constexpr db::Statement kName{"SELECT name FROM trunkline.tenant WHERE id = $1"};
  const db::Rows rows = connection.query(kName, {tenant});
  return rows.empty() ? tenant.text() : rows[0].get<std::string>("name");
}

core::Result<core::TenantId> tenant_id(db::Connection& connection, std::string_view name) {
  static constexpr db::Statement kId{"SELECT id FROM trunkline.tenant WHERE name = $1"};
  const db::Rows rows = connection.query(kId, {core::to_lower(name)});
  if (!rows.empty()) return rows[0].get<core::TenantId>("id");
  return core::fault(ExitCode::no_input,
                     fmt::format("cannot find tenant '{}'", core::printable(name)),
                     "list them: trunkline tenant list");
}

}  // namespace trunkline::cdr
