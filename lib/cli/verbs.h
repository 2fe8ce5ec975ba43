// SPDX-License-Identifier: MIT
#pragma once

// Which verb a command line means: words are matched against the table before any flag is looked
// at, so that a mistyped verb is answered with the nearest one.

#include <string>
#include <vector>

#include "cli/program.h"

namespace trunkline::cli {

struct Choice {
  const Command* command = nullptr;  ///< nullptr: only part of a path, for the help of a group
  std::string path;                  ///< the words found: "call" or "call list"
  bool is_help = false;              ///< `sipctl help call list`
  std::vector<std::string> rest;     ///< every argument that is not a word of the path
};

/// An unknown verb is a fault (code usage) that suggests the nearest. A group without verb, or no
/// word at all, is no fault here: its help may have been asked for.
core::Result<Choice> choose_verb(const Program& program, const std::vector<std::string>& arguments);

/// The words that may follow `path`, each once, in the table's order.
std::vector<std::string> words_after(const Program& program, std::string_view path);

/// "'call' needs a verb" with the verbs as hint.
core::Fault missing_verb(const Program& program, std::string_view path);

/// The common flags and --generate, which no help mentions because only the build uses it.
std::vector<Option> accepted_options(const Program& program);

/// The option of this name, short or long, of the command or of every program; nullptr if none.
const Option* find_option(const std::vector<Option>& options, std::string_view name);

}  // namespace trunkline::cli
