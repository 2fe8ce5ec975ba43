// SPDX-License-Identifier: MIT
#pragma once

// The journal's file: its tables, and how rows become entries. For this folder's own files.

#include <filesystem>
#include <optional>

#include "core/uuid.h"
#include "journal/entry.h"
#include "localdb/database.h"
#include "localdb/statement.h"

namespace trunkline::journal {

/// Where the chain of the entries that are still here begins: the last entry that was pruned, or
/// the node's first link with number 0.
struct Anchor {
  Sequence sequence;
  ChainHash hash{};
};

/// Makes the tables in a new file, with a fresh node id. Throws core::Error (data) where the file
/// is a database of somebody else's, or of a later version.
void prepare_file(localdb::Database& database, core::Time now);
/// The same check without writing.
void check_file(localdb::Database& database);

core::NodeId read_node(localdb::Database& database);
Anchor read_anchor(localdb::Database& database);
/// The end of the chain: the newest entry, or the anchor where all were pruned.
Anchor read_end(localdb::Database& database);

/// The columns in the order read_entry() takes them.
inline constexpr const char* kEntryColumns = "seq, kind, tenant, call, at, body, hash";
StoredEntry read_entry(const localdb::Rows& rows);

/// What SQLite said, in the words of core::Error: missing is no_input, corrupt is data, the rest
/// io.
[[noreturn]] void throw_journal_error(const std::filesystem::path& path,
                                      const localdb::Failure& failure);

}  // namespace trunkline::journal
