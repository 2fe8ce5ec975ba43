// SPDX-License-Identifier: MIT
#pragma once

// Help out of the table: -h is half a screen with two examples, --help is everything.

#include <string>
#include <string_view>
#include <vector>

#include "cli/program.h"

namespace trunkline::cli {

enum class Length : std::uint8_t { brief, full };

/// Of a command; for a program without verbs this is the program's help.
std::string help_of(const Program& program, const Command& command, Length length);
/// Of a program ("") or of a group of verbs ("call").
std::string help_of(const Program& program, std::string_view path, Length length);

/// "sipctl call show [flags] CALL".
std::string usage_line(const Program& program, const Command& command);

/// The exit codes of a command with their meaning: those every command has and its own notes,
/// sorted by number.
std::vector<ExitNote> exits_of(const Program& program, const Command& command);

/// Lines of at most `columns`, each after `indent` spaces; blank lines in the text stay.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns);

}  // namespace trunkline::cli
