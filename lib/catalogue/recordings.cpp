// SPDX-License-Identifier: MIT
#include "catalogue/recordings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::catalogue {
namespace {

using core::ExitCode;
using core::Json;

constexpr std::uint64_t kRecordingsPage = 500;
// A UUID's tail this short would fit too many.
constexpr std::size_t kTailMin = 4;
// Of several that fit, so many are named.
constexpr std::uint64_t kNamedAtMost = 5;
// Projections keep this much of a text from the wire.
constexpr std::size_t kKeySize = 255;

std::string text_or_empty(const db::Row& row, std::string_view column) {
  return row.get<std::optional<std::string>>(column).value_or("");
}

Recording recording_of(const db::Row& row) {
  return {.recording = row.get<core::RecordingId>("recording"),
          .call = row.get<core::CallRef>("call"),
          .tenant = row.get<core::TenantId>("tenant_id"),
          .path = text_or_empty(row, "path"),
          .key_id = text_or_empty(row, "key_id"),
          .codec = text_or_empty(row, "codec"),
          .channels = row.get<std::optional<int>>("channels").value_or(0),
          .sample_rate = row.get<std::optional<int>>("sample_rate").value_or(0),
          .segment_ms = row.get<std::optional<int>>("segment_ms").value_or(0),
          .status = row.get<std::string>("status"),
          .reason = text_or_empty(row, "reason"),
          .started_at = row.get<core::Time>("started_at"),
          .ended_at = row.get<std::optional<core::Time>>("ended_at"),
          .duration_ms = row.get<std::optional<std::int64_t>>("duration_ms"),
          .bytes = row.get<std::optional<std::int64_t>>("bytes"),
          .legs = row.get<Json>("legs"),
          .caller = text_or_empty(row, "caller"),
          .called = text_or_empty(row, "called"),
          .erased_at = row.get<std::optional<core::Time>>("erased_at"),
          .erased_why = text_or_empty(row, "erased_why"),
          .erasure = row.get<std::optional<core::Uuid>>("erasure")};
}

std::optional<std::string> wanted(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text.substr(0, kKeySize));
}

/// What to look for, beside the filter.
struct Selection {
  Filter filter = {};
  std::optional<Recording> after = {};   ///< only recordings listed behind this one
  std::optional<std::string> tail = {};  ///< the end of its own or its call's id
  std::uint64_t size = 1;
};

/// Newest first. Conditions that are NULL fold away when the server plans the statement.
db::Rows select_recordings(db::Connection& connection, const Selection& selection) {
  static constexpr db::Statement kSelect{
      "SELECT r.recording, r.call, r.tenant_id, r.path, r.key_id, r.codec, r.channels,"
      "       r.sample_rate, r.segment_ms, r.status, r.reason, r.started_at, r.ended_at,"
      "       r.duration_ms, r.bytes, r.legs, coalesce(c.caller_number, c.caller_name) AS caller,"
      "       coalesce(c.called_number, c.called_name, c.dialled) AS called,"
      "       r.erased_at, r.erased_why, r.erasure"
      "  FROM trunkline.recording r LEFT JOIN trunkline.cdr c ON c.call = r.call"
      " WHERE ($1::timestamptz IS NULL OR r.started_at >= $1)"
      "   AND ($2::timestamptz IS NULL OR r.started_at < $2)"
      "   AND ($3::text IS NULL OR c.search_keys @> ARRAY[$3])"
      "   AND ($4::text IS NULL OR r.status = $4)"
      "   AND ($5::uuid IS NULL OR r.tenant_id = $5)"
      "   AND ($6::timestamptz IS NULL OR (r.started_at, r.recording) < ($6, $7::uuid))"
      "   AND ($8::text IS NULL OR reverse(r.recording::text) LIKE reverse($8) || '%'"
      "                         OR reverse(r.call::text) LIKE reverse($8) || '%')"
      " ORDER BY r.started_at DESC, r.recording DESC LIMIT $9"};
  const Filter& filter = selection.filter;
  const std::optional<Recording>& after = selection.after;
  return connection.query(
      kSelect,
      {filter.since, filter.until, wanted(filter.number), wanted(filter.status), filter.tenant,
       after ? std::optional(after->started_at) : std::nullopt,
       after ? std::optional(after->recording) : std::nullopt, selection.tail, selection.size});
}

bool is_uuid_tail(std::string_view text) {
  return text.size() >= kTailMin && text.size() <= 36 &&
         std::ranges::all_of(core::to_lower(text), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
         });
}

template <class Id>
std::optional<Id> id_at(const Json& json, std::string_view key) {
  const core::Result<Id> id = Id::parse(core::text_at(json, key));
  return id ? std::optional(*id) : std::nullopt;
}

}  // namespace

Json to_json(const Recording& recording) {
  Json json{{"recording", recording.recording.text()},
            {"call", recording.call.text()},
            {"tenant", recording.tenant.text()},
            {"status", recording.status}};
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
  };
  put("reason", recording.reason);
  put("caller", recording.caller);
  put("called", recording.called);
  put("path", recording.path);
  put("key_id", recording.key_id);
  put("codec", recording.codec);
  if (recording.channels > 0) json["channels"] = recording.channels;
  if (recording.sample_rate > 0) json["sample_rate"] = recording.sample_rate;
  if (recording.segment_ms > 0) json["segment_ms"] = recording.segment_ms;
  json["started_at"] = core::to_rfc3339(recording.started_at);
  if (recording.ended_at) json["ended_at"] = core::to_rfc3339(*recording.ended_at);
  if (recording.duration_ms) json["duration_ms"] = *recording.duration_ms;
  if (recording.bytes) json["bytes"] = *recording.bytes;
  json["legs"] = recording.legs;
  if (recording.erased_at) json["erased_at"] = core::to_rfc3339(*recording.erased_at);
  put("erased_why", recording.erased_why);
  if (recording.erasure) json["erasure"] = recording.erasure->text();
  return json;
}

core::Result<Recording> parse_recording(const Json& body) {
  const auto id = id_at<core::RecordingId>(body, "recording");
  const core::Result<core::Time> started_at =
      core::parse_rfc3339(core::text_at(body, "started_at"));
  if (!id || !started_at || core::text_at(body, "status").empty()) {
    return core::fault(ExitCode::data, "cannot read a recording: it has no id, status or start");
  }
  Recording recording{.recording = *id,
                      .call = id_at<core::CallRef>(body, "call").value_or(core::CallRef{}),
                      .tenant = id_at<core::TenantId>(body, "tenant").value_or(core::TenantId{}),
                      .path = core::text_at(body, "path"),
                      .key_id = core::text_at(body, "key_id"),
                      .codec = core::text_at(body, "codec"),
                      .channels = static_cast<int>(core::number_at(body, "channels")),
                      .sample_rate = static_cast<int>(core::number_at(body, "sample_rate")),
                      .segment_ms = static_cast<int>(core::number_at(body, "segment_ms")),
                      .status = core::text_at(body, "status"),
                      .reason = core::text_at(body, "reason"),
                      .started_at = *started_at};
  if (const auto ended = core::parse_rfc3339(core::text_at(body, "ended_at"))) {
    recording.ended_at = *ended;
  }
  if (body.contains("duration_ms")) recording.duration_ms = core::number_at(body, "duration_ms");
  if (body.contains("bytes")) recording.bytes = core::number_at(body, "bytes");
  if (const auto legs = body.find("legs"); legs != body.end() && legs->is_array()) {
    recording.legs = *legs;
  }
  return recording;
}

std::uint64_t for_each_recording(db::Connection& connection, const Filter& filter,
                                 const std::function<bool(const Recording&)>& use) {
  std::uint64_t given = 0;
  std::optional<Recording> after;
  while (filter.limit == 0 || given < filter.limit) {
    const std::uint64_t size =
        filter.limit == 0 ? kRecordingsPage : std::min(kRecordingsPage, filter.limit - given);
    const db::Rows rows =
        select_recordings(connection, {.filter = filter, .after = after, .size = size});
    for (const db::Row row : rows) {
      after = recording_of(row);
      ++given;
      if (!use(*after)) return given;
    }
    if (static_cast<std::uint64_t>(rows.size()) < size) break;
  }
  return given;
}

core::Result<Recording> find_recording(db::Connection& connection, std::string_view which) {
  const bool is_last = which == "last";
  // Numbers, names and SIP Call-IDs of the call win over the end of an id.
  const Filter by_key{.number = is_last ? std::string() : std::string(which)};
  const db::Rows rows = select_recordings(connection, {.filter = by_key});
  if (!rows.empty()) return recording_of(rows[0]);
  if (is_last) {
    return core::fault(ExitCode::no_input, "cannot find the last recording: there is none yet");
  }
  std::vector<Recording> recordings;
  if (is_uuid_tail(which)) {
    const Selection by_tail{.tail = core::to_lower(which), .size = kNamedAtMost};
    for (const db::Row row : select_recordings(connection, by_tail)) {
      recordings.push_back(recording_of(row));
    }
  }
  if (recordings.size() == 1) return recordings[0];
  if (recordings.empty()) {
    return core::fault(ExitCode::no_input,
                       fmt::format("cannot find recording '{}'", core::printable(which)),
                       "give an id or its end, its call, a number or last: cdrctl recording list");
  }
  std::vector<std::string> ids;
  for (const Recording& recording : recordings) ids.push_back(recording.recording.text());
  return core::fault(ExitCode::usage,
                     fmt::format("cannot tell which recording '{}' is: several fit", which),
                     fmt::format("one of: {}", core::join(ids, ", ")));
}

std::vector<Access> accesses_of(db::Connection& connection, const core::RecordingId& recording) {
  static constexpr db::Statement kAccesses{
      "SELECT at, who, why, origin FROM trunkline.audit_log"
      " WHERE object = $1 AND event = 'recording.accessed' ORDER BY seq"};
  std::vector<Access> accesses;
  for (const db::Row row : connection.query(kAccesses, {recording})) {
    accesses.push_back({.at = row.get<core::Time>("at"),
                        .who = row.get<std::string>("who"),
                        .why = row.get<std::string>("why"),
                        .from = row.get<std::string>("origin")});
  }
  return accesses;
}

}  // namespace trunkline::catalogue
