// SPDX-License-Identifier: MIT
#pragma once

// Runs of `retention verify` as the database keeps them: how far one came, so that a run that was
// killed goes on there, and what it found.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"
#include "verify/reconcile.h"

namespace trunkline::retention {

/// What a run is to look at; a run goes on with one that was begun for the same.
struct VerifyWish {
  std::string host = {};
  std::string root = {};                    ///< recording.path
  std::optional<core::Uuid> location = {};  ///< the identity of that folder, where it has one
  std::uint32_t per_thousand = 1000;
  std::uint64_t seed = 0;  ///< of a new run
  bool is_fresh = false;   ///< never go on
};

struct VerifyRun {
  core::Uuid run = {};
  std::uint32_t per_thousand = 1000;
  std::uint64_t seed = 0;
  core::RecordingId last = {};  ///< all up to this one are done
  std::uint64_t recordings = 0;
  std::uint64_t bytes = 0;
  core::Time started_at = {};
  bool is_resumed = false;
};

/// Nobody else verifies while this connection lives. Throws core::Error: try_again while another
/// run is under way.
[[nodiscard]] VerifyRun begin_verify(db::Connection& connection, const VerifyWish& wish,
                                     core::Time now);
/// One transaction: a finding is never kept without the progress it belongs to.
void note_verify(db::Connection& connection, const VerifyRun& run, core::Time now,
                 std::span<const verify::Finding> findings);

enum class VerifyOutcome : std::uint8_t {
  good,
  remarks,  ///< no recording is damaged, but something is alone or could not be read
  bad,      ///< a recording is damaged or lost
};
std::string_view name_of(VerifyOutcome outcome);
/// The worst of the findings decides.
VerifyOutcome outcome_of(std::span<const verify::Finding> findings);
/// Also writes the audit log's line.
void end_verify(db::Connection& connection, const core::Uuid& run, core::Time now,
                VerifyOutcome outcome);

std::vector<verify::Finding> findings_of(db::Connection& connection, const core::Uuid& run);

/// The ledger's recordings as verify needs them.
[[nodiscard]] std::map<core::RecordingId, verify::Row> verify_rows(db::Connection& connection);
/// Whether the ledger's row of the recording is still as it was: it may have been erased or moved
/// since. A recording without a row still has none where `row` is nullptr.
bool is_still(db::Connection& connection, core::RecordingId recording, const verify::Row* row);

/// The identity that the folder of the last run that ended had.
std::optional<core::Uuid> last_location(db::Connection& connection, std::string_view host,
                                        std::string_view root);

}  // namespace trunkline::retention
