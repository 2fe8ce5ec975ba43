// SPDX-License-Identifier: MIT
#pragma once

// What the three completion generators share: the places in a command line and what fits there.

#include <string>
#include <vector>

#include "cli/program.h"

namespace trunkline::cli {

/// A point in the words of a program: nothing yet, a group, or a whole verb.
struct Place {
  std::string path;                  ///< "call list"
  std::vector<std::string> words;    ///< verbs that may follow
  const Command* command = nullptr;  ///< whose flags fit, besides the common ones
};

/// Every prefix of every path once, the shortest first.
std::vector<Place> places_of(const Program& program);

/// The texts a value can only be: choices, or the keys of all settings with "=".
std::vector<std::string> values_of(const Option& option);

/// The summary of the verb or, for a group, of its first verb's noun: what follows `path` by
/// `word`.
std::string summary_after(const Program& program, const std::string& path, const std::string& word);

/// The flag names, short forms too.
std::vector<std::string> names_of(const std::vector<Option>& options);

}  // namespace trunkline::cli
