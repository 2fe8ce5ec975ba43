// SPDX-License-Identifier: MIT
#pragma once

// The command line of one verb, read: the flags every program has and what was given for the verb's
// own options and arguments. The only place that knows CLI11.

#include <map>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/verbs.h"

namespace trunkline::cli {

using Given = std::map<std::string, std::vector<std::string>, std::less<>>;

struct Arguments {
  GlobalFlags flags;
  bool wants_short_help = false;
  bool wants_long_help = false;
  bool wants_version = false;
  std::string generate;  ///< what --generate names
  Given given;           ///< "--since" or "CALL" to its values; a switch has the value "true"
};

/// Faults have the code usage and name the flag or argument. Whether a required one is missing is
/// not looked at where help, version or generation was asked for.
core::Result<Arguments> read_arguments(const Program& program, const Choice& choice);

}  // namespace trunkline::cli
