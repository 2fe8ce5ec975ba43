// SPDX-License-Identifier: MIT
#pragma once

// Runs another program to its end: pg_dump, pg_restore, restic, rclone, initdb. What it says on
// standard error becomes the fault, in its own words.

#include <string>
#include <vector>

#include "core/error.h"
#include "os/process.h"

namespace trunkline::backup {

/// What it printed. A fault (io) names the program and has the last thing it said; where that
/// speaks of a full disk, the hint does, too.
[[nodiscard]] core::Result<std::string> run_tool(os::Command command);

/// The line of a program's complaints that says most: the first that calls itself an error, else
/// the last.
std::string last_words(const std::string& errors);

}  // namespace trunkline::backup
