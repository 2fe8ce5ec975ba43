// SPDX-License-Identifier: MIT
#pragma once

// Calls of archived months, read from their files.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "archive/archive.h"
#include "archive/rows.h"
#include "cdr/query.h"

namespace trunkline::archive {

/// The call that a row of an archived month of calls is. Throws core::Error (data).
cdr::Call call_of(const Rows& rows);

/// Those that pass the filter, in the order it asks for and as many as it wants, month by month; a
/// month outside of its times is not opened. Stops when `use` returns false. Throws core::Error for
/// a file that is not there or is damaged. Returns the number of calls given.
std::uint64_t for_each_archived(const std::filesystem::path& folder,
                                const std::vector<Archived>& archives, const cdr::Filter& filter,
                                const std::function<bool(const cdr::Call&)>& use);

/// As cdr::find_call(), in archived months, newest first; "last" is the newest of them. The end of
/// an id is not looked for in more than one month: the first call that fits is taken.
[[nodiscard]] core::Result<cdr::Call> find_archived(const std::filesystem::path& folder,
                                                    const std::vector<Archived>& archives,
                                                    std::string_view which);

}  // namespace trunkline::archive
