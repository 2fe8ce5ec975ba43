// SPDX-License-Identifier: MIT
#pragma once

// Calls of archived months as things that policies and holds are about, read from their files.

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "archive/archive.h"
#include "archive/erasing.h"
#include "cdr/call.h"
#include "retention/items.h"

namespace trunkline::archive {

/// A call of that archived month, without what was made of it. Pure.
retention::Item item_of(const cdr::Call& call, const std::string& month);

/// Whether something of this month may be due, where policies keep its calls for at least so long.
/// Pure.
bool may_be_due(const std::string& month, const std::optional<retention::Days>& shortest,
                core::Time now);

/// A month's file is read once for each look at all its calls, and once to learn whose the
/// recordings are that its calls left behind. A file that cannot be read is unreached; what it
/// would have told stays unknown.
class Items final : public retention::Elsewhere {
 public:
  /// Of the months that are archived now. The connection must outlive this.
  Items(db::Connection& connection, std::filesystem::path folder);

  std::uint64_t count_calls() override;
  void complete(std::span<retention::Item> items) override;
  void for_each_call(const retention::Rules& rules, core::Time now,
                     const retention::UseItem& use) override;

  /// Of a month, oldest first, with their recordings.
  void for_each_call_of(const Archived& month, const retention::UseItem& use);
  /// The files of calls.
  const std::vector<Archived>& months() const noexcept { return months_; }
  const std::vector<Unreached>& unreached() const noexcept { return unreached_; }

 private:
  void learn(const Archived& month);

  db::Connection& connection_;
  std::filesystem::path folder_;
  std::vector<Archived> months_;
  std::vector<Unreached> unreached_;
  /// Calls of which there is a recording and no row, and those of them that a file told of.
  std::optional<std::unordered_set<core::Uuid>> orphans_;
  std::unordered_map<core::Uuid, retention::Item> known_;
  std::set<std::string> learnt_;  ///< files
};

}  // namespace trunkline::archive
