// SPDX-License-Identifier: MIT
#pragma once

// What is held about a person's number in archived months, read from their files.

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "archive/erasing.h"
#include "cdr/call.h"
#include "retention/request.h"

namespace trunkline::archive {

/// Which parties of the call are that number, for the calls that a search of the ledger in the
/// database finds by it: one of its forms as it is written there. Pure.
std::optional<retention::Sides> sides_in(std::string_view number, const cdr::Call& call);

struct HeldInArchives {
  /// Calls of archived months with their month, their row, and before each its recordings.
  std::vector<retention::Held> held = {};
  std::vector<Unreached> unreached = {};
};
/// As retention::held_about() of the database. Whether something has to stay is decided once more
/// when its month is back.
HeldInArchives held_in_archives(db::Connection& connection, const std::filesystem::path& folder,
                                const retention::Planner& planner, std::string_view number,
                                const std::optional<core::TenantId>& tenant, core::Time now);

}  // namespace trunkline::archive
