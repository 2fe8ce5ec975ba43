// SPDX-License-Identifier: MIT
#include "retention/verify_runs.h"

#include <algorithm>

#include "core/json.h"

namespace trunkline::retention {
namespace {

constexpr std::int64_t kVerifiedPage = 10'000;

verify::Row row_of(const db::Row& row) {
  const auto status = row.get<std::string>("status");
  const auto path = row.get<std::optional<std::string>>("path").value_or("");
  return {.recording = row.get<core::RecordingId>("recording"),
          .path = path,
          .is_complete = status == "complete",
          .has_ended = status != "recording",
          .is_erased = status == "erased",
          .has_file = !path.empty()};
}

core::Json to_json(const verify::Finding& finding) {
  core::Json json{{"what", name_of(finding.what)},
                  {"path", finding.path},
                  {"message", finding.message},
                  {"mend", finding.mend}};
  if (!finding.recording.is_nil()) json["recording"] = finding.recording.text();
  return json;
}

bool is_damage(const verify::Finding& finding) {
  using verify::What;
  switch (finding.what) {
    case What::changed:
    case What::file_missing:
    case What::key_missing:
      return true;
    case What::unreadable:
    case What::row_missing:
    case What::file_extra:
    case What::key_extra:
    case What::row_extra:
    case What::not_erased:
    case What::foreign:
      return false;
  }
  return false;
}

}  // namespace

VerifyRun begin_verify(db::Connection& connection, const VerifyWish& wish, core::Time now) {
  static constexpr db::Statement kBegin{
      "SELECT run, per_thousand, seed, last, recordings, bytes, started_at"
      "  FROM trunkline.verify_begin($1, $2, $3, $4, $5, $6, $7, $8)"};
  const core::Uuid fresh = core::Uuid::make(now);
  const db::Rows rows =
      connection.query(kBegin, {fresh, wish.host, wish.root, wish.location, wish.per_thousand,
                                static_cast<std::int64_t>(wish.seed >> 1U), now, wish.is_fresh});
  const db::Row row = rows.only();
  const auto run = row.get<core::Uuid>("run");
  return {.run = run,
          .per_thousand = static_cast<std::uint32_t>(row.get<int>("per_thousand")),
          .seed = static_cast<std::uint64_t>(row.get<std::int64_t>("seed")),
          .last = row.get<core::RecordingId>("last"),
          .recordings = static_cast<std::uint64_t>(row.get<std::int64_t>("recordings")),
          .bytes = static_cast<std::uint64_t>(row.get<std::int64_t>("bytes")),
          .started_at = row.get<core::Time>("started_at"),
          .is_resumed = run != fresh};
}

void note_verify(db::Connection& connection, const VerifyRun& run, core::Time now,
                 std::span<const verify::Finding> findings) {
  static constexpr db::Statement kNote{
      "SELECT trunkline.verify_note($1, $2, $3, $4, $5, $6::jsonb)"};
  core::Json list = core::Json::array();
  for (const verify::Finding& finding : findings) list.push_back(to_json(finding));
  connection.query(kNote, {run.run, now, run.last, static_cast<std::int64_t>(run.recordings),
                           static_cast<std::int64_t>(run.bytes), list});
}

std::string_view name_of(VerifyOutcome outcome) {
  switch (outcome) {
    case VerifyOutcome::good:
      return "good";
    case VerifyOutcome::remarks:
      return "remarks";
    case VerifyOutcome::bad:
      return "bad";
  }
  return "unknown";
}

VerifyOutcome outcome_of(std::span<const verify::Finding> findings) {
  if (std::ranges::any_of(findings, is_damage)) return VerifyOutcome::bad;
  return findings.empty() ? VerifyOutcome::good : VerifyOutcome::remarks;
}

void end_verify(db::Connection& connection, const core::Uuid& run, core::Time now,
                VerifyOutcome outcome) {
  static constexpr db::Statement kEnd{"SELECT trunkline.verify_end($1, $2, $3)"};
  connection.query(kEnd, {run, now, name_of(outcome)});
}

std::vector<verify::Finding> findings_of(db::Connection& connection, const core::Uuid& run) {
  static constexpr db::Statement kFindings{
      "SELECT what, recording, path, message, mend FROM trunkline.verify_finding"
      " WHERE run = $1 ORDER BY number"};
  std::vector<verify::Finding> findings;
  for (const db::Row row : connection.query(kFindings, {run})) {
    const auto what = verify::parse_what(row.get<std::string>("what"));
    if (!what) continue;  // of another version
    findings.push_back(
        {.what = *what,
         .recording =
             row.get<std::optional<core::RecordingId>>("recording").value_or(core::RecordingId{}),
         .path = row.get<std::string>("path"),
         .message = row.get<std::string>("message"),
         .mend = row.get<std::string>("mend")});
  }
  return findings;
}

std::map<core::RecordingId, verify::Row> verify_rows(db::Connection& connection) {
  static constexpr db::Statement kRecordingRows{
      "SELECT recording, path, status FROM trunkline.recording"
      " WHERE recording > $1 ORDER BY recording LIMIT $2"};
  std::map<core::RecordingId, verify::Row> found;
  for (core::RecordingId last;;) {
    const db::Rows page = connection.query(kRecordingRows, {last, kVerifiedPage});
    for (const db::Row row : page) {
      verify::Row known = row_of(row);
      last = known.recording;
      found.emplace_hint(found.end(), last, std::move(known));
    }
    if (page.size() < kVerifiedPage) return found;
  }
}

bool is_still(db::Connection& connection, core::RecordingId recording, const verify::Row* row) {
  static constexpr db::Statement kRow{
      "SELECT recording, path, status FROM trunkline.recording WHERE recording = $1"};
  const db::Rows rows = connection.query(kRow, {recording});
  if (rows.empty() || row == nullptr) return rows.empty() == (row == nullptr);
  return row_of(rows[0]) == *row;
}

std::optional<core::Uuid> last_location(db::Connection& connection, std::string_view host,
                                        std::string_view root) {
  static constexpr db::Statement kLast{
      "SELECT location FROM trunkline.verify_run"
      " WHERE host = $1 AND root = $2 AND finished_at IS NOT NULL AND outcome <> 'abandoned'"
      " ORDER BY started_at DESC LIMIT 1"};
  const db::Rows rows = connection.query(kLast, {host, root});
  return rows.empty() ? std::nullopt : rows[0].get<std::optional<core::Uuid>>("location");
}

}  // namespace trunkline::retention
