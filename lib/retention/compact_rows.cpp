// SPDX-License-Identifier: MIT
#include "retention/compact_rows.h"

namespace trunkline::retention {

std::vector<CompactCandidate> compact_candidates(db::Connection& connection, core::Time before,
                                                 core::RecordingId after, int limit) {
  static constexpr db::Statement kCandidates{
      "SELECT recording, path, coalesce(codec, '') AS codec, coalesce(key_id, '') AS key_id"
      "  FROM trunkline.recording"
      " WHERE recording > $1 AND ended_at < $2 AND compacted_at IS NULL AND path IS NOT NULL"
      "   AND status IN ('complete', 'truncated')"
      " ORDER BY recording LIMIT $3"};
  std::vector<CompactCandidate> candidates;
  for (const db::Row row : connection.query(kCandidates, {after, before, limit}))
    candidates.push_back({.recording = row.get<core::RecordingId>("recording"),
                          .path = row.get<std::string>("path"),
                          .codec = row.get<std::string>("codec"),
                          .key_id = row.get<std::string>("key_id")});
  return candidates;
}

bool may_compact(db::Connection& connection, const CompactCandidate& candidate) {
  static constexpr db::Statement kAllow{"SELECT trunkline.compact_allow($1, $2) AS may"};
  const db::Rows rows = connection.query(kAllow, {candidate.recording, candidate.path});
  return rows.only().get<bool>("may");
}

void note_compacted(db::Connection& connection, core::RecordingId recording, std::string_view codec,
                    std::string_view key_id, core::ByteCount bytes) {
  static constexpr db::Statement kDone{"SELECT trunkline.compact_done($1, $2, $3, $4)"};
  connection.query(kDone, {recording, codec, key_id, static_cast<std::int64_t>(bytes.value())});
}

}  // namespace trunkline::retention
