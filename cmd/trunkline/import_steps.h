// SPDX-License-Identifier: MIT
#pragma once

// What becomes of each variable of a foreign environment file: decided first for all of them, then
// done at once, so that --dry-run shows exactly what would be done.

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/dotenv.h"

namespace trunkline::commands {

struct ImportStep {
  enum class State : std::uint8_t {
    set,         ///< became something
    present,     ///< is so already
    needless,    ///< means nothing here
    not_placed,  ///< waits for a feature, or would change what somebody chose
    refused,     ///< does not fit, or is an example everybody knows
    unknown,
  };
  std::string name;
  std::size_t line = 0;
  State state = State::unknown;
  std::string became = {};  ///< "setting log.level = debug", "key imported-1a2b3c4d"
  std::string why = {};
};

/// "set", "not placed", ...
std::string_view name_of(ImportStep::State state);

/// A password file, or the key ring with one more key.
struct SecretFile {
  std::filesystem::path path;
  core::Secret content;
};

struct Import {
  std::vector<ImportStep> steps;
  std::vector<config::Assignment> settings;
  std::vector<SecretFile> secrets;
};

/// Reads what is there and changes nothing. `folder` is the environment file's.
Import plan_import(const std::vector<config::DotenvEntry>& entries, const config::Config& config,
                   const config::Sources& sources, const std::filesystem::path& folder);

/// Writes the secret files (mode 600, the owner kept), then the settings, all or none.
void carry_out(const Import& import, const config::Sources& sources);

}  // namespace trunkline::commands
