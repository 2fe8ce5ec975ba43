// SPDX-License-Identifier: MIT
#pragma once

// Plain text as mdoc(7) takes it, for the generated parts of the manual pages.

#include <string>
#include <string_view>

namespace trunkline::config {

/// Backslashes shown, and no line that could be taken for a macro.
std::string mdoc_escaped(std::string_view text);

/// "one line" -> "One line."; the name of a program of ours stays in lower case.
std::string mdoc_sentence(std::string_view text);

/// One sentence a line, each ended by a newline; a blank line becomes .Pp.
std::string mdoc_paragraphs(std::string_view text);

}  // namespace trunkline::config
