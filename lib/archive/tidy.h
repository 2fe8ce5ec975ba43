// SPDX-License-Identifier: MIT
#pragma once

// The folder of archives as it has to be: no file in it that holds what others have instead, and
// none missing that another took the place of. A file that nobody's row names and that no crash
// left is never touched: it may be all there is of its month.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "archive/archive.h"

namespace trunkline::archive {

/// Removes it, if it is there, and syncs the folder. Throws core::Error (io).
void remove_file(const std::filesystem::path& folder, const std::string& file);

/// The names of archives' files in the folder, sorted; none where there is no folder. Throws
/// core::Error.
std::vector<std::string> files_in(const std::filesystem::path& folder);

/// The names of files that others of the folder say they took the place of.
std::set<std::string> replaced_in(const std::filesystem::path& folder);

/// Whether its file is there with the size it was archived with; it is not read.
bool is_there(const std::filesystem::path& folder, const Archived& archived);

/// Archives whose file is there, though the month is back or in another file by now: it may hold
/// what was erased since.
std::vector<Archived> superseded(const std::vector<Archived>& all,
                                 const std::filesystem::path& folder);

struct Tidied {
  std::vector<std::string> removed = {};
  /// Files that took the place of those that an older database names and that are gone.
  std::vector<Archived> adopted = {};
  /// Files of archives that no row names.
  std::vector<std::string> unknown = {};
};
/// Removes what a crash left: files without their row, and files that others took the place of.
/// Then adopts what a database that was restored from a backup does not know. Throws core::Error:
/// try_again while somebody archives or restores.
Tidied tidy(db::Connection& connection, const std::filesystem::path& folder, core::Time now);

}  // namespace trunkline::archive
