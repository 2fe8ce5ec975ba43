// SPDX-License-Identifier: MIT
#pragma once

// The journal thread's side of the file: commits and prunes. For this folder's own files.

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "core/time.h"
#include "journal/entry.h"
#include "journal/file.h"
#include "journal/journal.h"
#include "localdb/database.h"
#include "localdb/statement.h"

namespace trunkline::journal {

/// What one append() asked for.
struct Item {
  std::optional<Entry> entry;
  std::vector<StateChange> changes;
  Committed committed;
  std::optional<core::SteadyTime> answer_by;
  std::size_t bytes = 0;
};

/// What prune() asked for.
struct PruneRequest {
  Sequence shipped_through;
  core::Time older_than;

  bool operator==(const PruneRequest&) const = default;
};

class Writer {
 public:
  explicit Writer(localdb::Database opened);

  Sequence last() const noexcept { return end_.sequence; }
  core::NodeId node() { return read_node(database_); }

  /// All of them, or a localdb::Failure and none. Appends the numbers given, 0 for state alone.
  void commit(const std::deque<Item>& items, std::vector<Sequence>& numbers);

  /// One step of some hundred entries; false when there is nothing left to prune.
  bool prune(const PruneRequest& request);

 private:
  void insert_entry(const Anchor& link, const Entry& entry);
  void change_state(const StateChange& change);

  localdb::Database database_;
  Anchor end_;
  localdb::Statement insert_;
  localdb::Statement put_;
  localdb::Statement drop_;
  localdb::Statement oldest_;
  localdb::Statement first_kept_;
  localdb::Statement move_anchor_;
  localdb::Statement erase_;
};

}  // namespace trunkline::journal
