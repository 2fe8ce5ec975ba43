// SPDX-License-Identifier: MIT
#pragma once

// The ledger's side of packing recordings: which are due, and what their rows say afterwards.

#include <string>
#include <string_view>
#include <vector>

#include "core/strong.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"

namespace trunkline::retention {

struct CompactCandidate {
  core::RecordingId recording = {};
  std::string path = {};   ///< below recording.path
  std::string codec = {};  ///< as the row has it
  std::string key_id = {};
};

/// Whole recordings that ended before `before` and were not packed, in the order of their ids.
[[nodiscard]] std::vector<CompactCandidate> compact_candidates(db::Connection& connection,
                                                               core::Time before,
                                                               core::RecordingId after, int limit);

/// In a transaction: whether the recording may get another file now. No sweep erases it before the
/// transaction ends.
[[nodiscard]] bool may_compact(db::Connection& connection, const CompactCandidate& candidate);

/// In the same transaction. Also writes the audit log's line, where the codec is another one.
void note_compacted(db::Connection& connection, core::RecordingId recording, std::string_view codec,
                    std::string_view key_id, core::ByteCount bytes);

}  // namespace trunkline::retention
