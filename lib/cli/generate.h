// SPDX-License-Identifier: MIT
#pragma once

// What is committed but made from the table of verbs: parts of the manual pages and the
// completions. tests/truth/regenerate writes them by `PROGRAM --generate PART`; a test compares.

#include <string>
#include <string_view>

#include "cli/program.h"

namespace trunkline::cli {

/// One part, ending with a newline; an unknown name is a fault (code usage) that lists all parts.
core::Result<std::string> generate(const Program& program, std::string_view part);

/// The verbs' paths, one a line.
std::string list_of_verbs(const Program& program);

/// mdoc(7): the lines of SYNOPSIS, the list of verbs with their flags, the flags of every verb, and
/// the table of exit codes.
std::string manual_synopsis(const Program& program);
std::string manual_verbs(const Program& program);
std::string manual_options(const Program& program);
std::string manual_exits(const Program& program);

/// Completion scripts: verbs, flags, and the values a flag or argument can only have.
std::string completion_for_bash(const Program& program);
std::string completion_for_zsh(const Program& program);
std::string completion_for_fish(const Program& program);

}  // namespace trunkline::cli
