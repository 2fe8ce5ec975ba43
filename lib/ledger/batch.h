// SPDX-License-Identifier: MIT
#pragma once

// One batch of journal entries on its way to PostgreSQL, and what PostgreSQL knows of a journal.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/uuid.h"
#include "db/connection.h"
#include "journal/entry.h"

namespace trunkline::ledger {

/// How far a journal is in the ledger.
struct Watermark {
  journal::Sequence shipped{0};
  std::optional<core::Bytes> last_hash = {};  ///< nothing for a node the ledger does not know
  std::uint64_t rejected = 0;
};

Watermark watermark_of(db::Connection& connection, core::NodeId node);

/// Entries from the front until `limit` bytes of bodies are reached; always at least one.
std::size_t count_within(const std::vector<journal::StoredEntry>& entries, std::size_t limit);

/// Sends entries (in order, without gaps) in one transaction and returns the new watermark. Entries
/// the ledger has already are skipped there. Throws core::Error; what was sent may then be in or
/// not.
Watermark ship(db::Connection& connection, core::NodeId node, const std::string& daemon,
               const std::vector<journal::StoredEntry>& entries);

}  // namespace trunkline::ledger
