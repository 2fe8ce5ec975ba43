// SPDX-License-Identifier: MIT
#include "cdr/query.h"

#include <fmt/format.h>

#include <algorithm>

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

std::string text_or_empty(const db::Row& row, std::string_view column) {
  return row.get<std::optional<std::string>>(column).value_or("");
}

Call call_of(const db::Row& row) {
  return {.call = row.get<core::CallRef>("call"),
          .tenant = row.get<core::TenantId>("tenant_id"),
          .node = text_or_empty(row, "node"),
          .direction = row.get<std::string>("direction"),
          .caller = {.device = row.get<std::optional<core::DeviceId>>("caller_device"),
                     .name = text_or_empty(row, "caller_name"),
                     .number = text_or_empty(row, "caller_number"),
                     .call_id = text_or_empty(row, "caller_call_id"),
                     .address = text_or_empty(row, "caller_address"),
                     .user_agent = text_or_empty(row, "caller_user_agent")},
          .called = {.device = row.get<std::optional<core::DeviceId>>("called_device"),
                     .name = text_or_empty(row, "called_name"),
                     .number = text_or_empty(row, "called_number"),
                     .call_id = text_or_empty(row, "called_call_id"),
                     .address = text_or_empty(row, "called_address"),
                     .user_agent = text_or_empty(row, "called_user_agent")},
          .dialled = text_or_empty(row, "dialled"),
          .state = row.get<std::string>("state"),
          .disposition = text_or_empty(row, "disposition"),
          .sip_status = row.get<std::optional<int>>("sip_status"),
          .q850_cause = row.get<std::optional<int>>("q850_cause"),
          .ended_by = text_or_empty(row, "ended_by"),
          .reason = text_or_empty(row, "reason"),
          .rule = text_or_empty(row, "rule"),
          .started_at = row.get<core::Time>("started_at"),
          .ringing_at = row.get<std::optional<core::Time>>("ringing_at"),
          .answered_at = row.get<std::optional<core::Time>>("answered_at"),
          .ended_at = row.get<std::optional<core::Time>>("ended_at"),
          .pdd_ms = row.get<std::optional<std::int64_t>>("pdd_ms"),
          .ring_ms = row.get<std::optional<std::int64_t>>("ring_ms"),
          .talk_ms = row.get<std::optional<std::int64_t>>("talk_ms"),
          .recording_mode = text_or_empty(row, "recording_mode"),
          .recording = row.get<std::optional<core::RecordingId>>("recording")};
}

std::optional<std::string> wanted(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text.substr(0, kKeySize));
}

/// What to look for, beside the filter.
struct Selection {
  Filter filter = {};
  std::optional<Call> after = {};        ///< only calls listed behind this one
  std::optional<std::string> key = {};   ///< a search key of the call, whole
  std::optional<std::string> tail = {};  ///< the end of its id
  std::uint64_t size = 1;
};

/// Newest first. Conditions that are NULL fold away when the server plans the statement.
db::Rows select_calls(db::Connection& connection, const Selection& selection) {
  static constexpr db::Statement kSelect{
      "SELECT call, tenant_id, node, direction, caller_device, caller_name, caller_number,"
      "       caller_call_id, caller_address, caller_user_agent, dialled, called_device,"
      "       called_name, called_number, called_call_id, called_address, called_user_agent, state,"
      "       disposition, sip_status, q850_cause, ended_by, reason, rule, started_at, ringing_at,"
      "       answered_at, ended_at, pdd_ms, ring_ms, talk_ms, recording_mode, recording"
      "  FROM trunkline.cdr"
      " WHERE ($1::timestamptz IS NULL OR started_at >= $1)"
      "   AND ($2::timestamptz IS NULL OR started_at < $2)"
      "   AND ($3::text IS NULL OR search_keys @> ARRAY[$3]"
      "                            AND $3 IN (caller_name, caller_number))"
      "   AND ($4::text IS NULL OR search_keys @> ARRAY[$4]"
      "                            AND $4 IN (called_name, called_number, dialled))"
      "   AND ($5::text IS NULL OR search_keys @> ARRAY[$5]"
      "        AND $5 IN (caller_name, caller_number, called_name, called_number, dialled))"
      "   AND ($6::text IS NULL OR disposition = $6)"
      "   AND ($7::boolean IS NULL OR (state <> 'ended') = $7)"
      "   AND ($8::uuid IS NULL OR tenant_id = $8)"
      "   AND ($9::timestamptz IS NULL OR (started_at, call) < ($9, $10::uuid))"
      "   AND ($11::text IS NULL OR search_keys @> ARRAY[$11])"
      "   AND ($12::text IS NULL OR reverse(call::text) LIKE reverse($12) || '%')"
      " ORDER BY started_at DESC, call DESC LIMIT $13"};
  const Filter& filter = selection.filter;
  const std::optional<Call>& after = selection.after;
  return connection.query(
      kSelect, {filter.since, filter.until, wanted(filter.caller), wanted(filter.called),
                wanted(filter.number), wanted(filter.disposition), filter.is_live, filter.tenant,
                after ? std::optional(after->started_at) : std::nullopt,
                after ? std::optional(after->call) : std::nullopt, selection.key, selection.tail,
                selection.size});
}

bool is_uuid_tail(std::string_view text) {
  return text.size() >= kTailMin && text.size() <= 36 &&
         std::ranges::all_of(core::to_lower(text), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
         });
}

}  // namespace

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
  for (const Call& call : calls) ids.push_back(call.call.text());
  return core::fault(ExitCode::usage,
                     fmt::format("cannot tell which call '{}' is: several ids end so", which),
                     fmt::format("one of: {}", core::join(ids, ", ")));
}

CallFacts facts_of(db::Connection& connection, const core::CallRef& call) {
  static constexpr db::Statement kMedia{"SELECT body FROM trunkline.media_account WHERE call = $1"};
  static constexpr db::Statement kRecordings{
      "SELECT body FROM trunkline.recording WHERE call = $1 ORDER BY started_at"};
  CallFacts facts;
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
