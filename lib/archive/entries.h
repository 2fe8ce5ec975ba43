// SPDX-License-Identifier: MIT
#pragma once

// Entries of archived months for the proof of the ledger. Files are in the order of nodes and
// numbers; a proof asks in that order, so each is read once.

#include <filesystem>
#include <map>
#include <memory>

#include "archive/archive.h"
#include "journal/entry.h"
#include "ledger/prove.h"

namespace trunkline::archive {

class Entries final : public ledger::ArchivedEntries {
 public:
  /// Files that are there are read when they are wanted; of others unread() tells. Throws
  /// core::Error where PostgreSQL cannot be asked.
  Entries(db::Connection& connection, std::filesystem::path folder);
  ~Entries() override;

  void for_each(core::NodeId node, std::int64_t first, std::int64_t last,
                const std::function<void(const journal::StoredEntry&)>& use) override;
  std::vector<Unread> unread(core::NodeId node) const override;

 private:
  class File;
  struct Range {
    std::string file;
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool is_there = false;
  };
  std::filesystem::path folder_;
  std::map<core::NodeId, std::vector<Range>> ranges_;
  std::map<std::string, std::unique_ptr<File>, std::less<>> open_;
};

}  // namespace trunkline::archive
