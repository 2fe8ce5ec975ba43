// SPDX-License-Identifier: MIT
#pragma once

// Questions to the person at the terminal; verbs ask through Context.

#include <string>
#include <string_view>

#include "core/secret.h"

namespace trunkline::cli {

/// Repeats the question until yes or no is typed; the end of input is a no. Throws code usage where
/// stdin or stderr is no terminal.
bool ask_yes_or_no(std::string_view question);

/// Asks for one line, "question [otherwise]: "; an empty one is `otherwise`. Spaces around it do
/// not count. Throws code no_input at the end of input.
std::string ask_line(std::string_view question, std::string_view otherwise);

/// One line of stdin without its newline, not echoed where stdin is a terminal. Throws code
/// no_input where there is none.
core::Secret read_secret(std::string_view prompt);

}  // namespace trunkline::cli
