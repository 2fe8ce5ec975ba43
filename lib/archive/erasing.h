// SPDX-License-Identifier: MIT
#pragma once

// Erasing in archived months. A month that holds something of a call that goes comes back into the
// database, is erased in there as every other, and is archived again; with that the file that held
// it is removed. A crash anywhere leaves a month that is back, which close() archives again:
// nothing is lost, and a second run ends with everything erased.

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive.h"
#include "retention/erasures.h"

namespace trunkline::archive {

/// A month of which a file cannot be read.
struct Unreached {
  std::string month;
  core::Fault fault;
};
/// "2024-01", each once, in their order.
std::vector<std::string> months_of(std::span<const Unreached> unreached);

/// What a row of an archived table has in a column; empty for NULL.
using ColumnText = std::function<std::string_view(std::string_view)>;
/// Whether a row of a call that was erased, or of which these parties were masked, still has what
/// the erasure takes. Pure.
bool is_left(std::string_view table, retention::Sides sides, const ColumnText& text);

/// Whether a file of this month may have rows of a call that began at that moment: its entries are
/// of other months where it began or ended at a month's border. Pure.
bool may_have(const std::string& month, core::Time began_at);

struct Holding {
  std::vector<Archived> files = {};
  std::vector<retention::Erasure> erasures = {};  ///< of which those files hold something
  std::vector<Unreached> unreached = {};
};
/// Where is looked: in all that has rows, or only in files of months that are back in the database,
/// which has erased without them.
enum class Where : std::uint8_t { everywhere, files_of_months_back };
/// Files that hold something of what is erased, or is to be. Erasures of recordings are passed
/// over.
Holding holding(db::Connection& connection, const std::filesystem::path& folder,
                std::span<const retention::Erasure> erasures, Where where = Where::everywhere);

/// A step that was passed; tests end the world there.
enum class Passed : std::uint8_t { reopened, erased, closed };
struct Reached {
  std::vector<std::string> months = {};  ///< that came back and were archived again
  std::vector<Unreached> unreached = {};
};
/// Brings back what holds something of these calls, the calls of a month at a time and the newest
/// first, has `erase` erase that month's, and archives it again, also where `erase` throws. A file
/// that is damaged or not there is unreached, and the rest is done. Throws core::Error otherwise.
Reached erase_in_archives(db::Connection& connection, const std::filesystem::path& folder,
                          std::span<const retention::Erasure> erasures, core::Time now,
                          const std::function<void(std::span<const retention::Erasure>)>& erase,
                          const std::function<void(Passed)>& passed = {});

/// Brings all of it back that holds something of these calls, until close().
std::vector<Unreached> reopen_for(db::Connection& connection, const std::filesystem::path& folder,
                                  std::span<const retention::Erasure> erasures,
                                  Where where = Where::everywhere);

/// Has the audit log say of these erasures, which the database does not know, what entries in files
/// they were of: a file that was adopted (tidy.h) was erased in for another database. How many
/// calls those were.
std::uint64_t attest(db::Connection& connection, const std::filesystem::path& folder,
                     const core::Uuid& run, std::span<const retention::Erasure> erasures);

/// Archives again whatever is back only to be erased in. Throws core::Error as archive_month().
std::vector<Archived> close(db::Connection& connection, const std::filesystem::path& folder,
                            core::Time now);
/// The months that close() would archive.
std::vector<Due> reopened(db::Connection& connection);

}  // namespace trunkline::archive
