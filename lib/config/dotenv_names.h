// SPDX-License-Identifier: MIT
#pragma once

// What the variables of other telephone systems mean here: the table behind `trunkline import env`.
// A row says what becomes of a name; a name of a feature that is not built yet says which one it
// waits for. A new name is a row in dotenv_names.cpp.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/dotenv.h"

namespace trunkline::config {

enum class Fate : std::uint8_t {
  setting,        ///< settings_of() says which
  database,       ///< db.url, its password into a password file
  recording_key,  ///< one more key of the recording key ring
  mail_password,  ///< the password file of mail.user
  waiting,        ///< for a feature; DotenvName::why says for which
  needless,       ///< has no meaning here; DotenvName::why says why
};

/// What a value is translated with.
struct DotenvSite {
  const Config& config;                 ///< in force now
  const std::filesystem::path& folder;  ///< of the environment file: relative paths begin there
};

using Convert = core::Result<std::vector<Assignment>> (*)(std::string_view value,
                                                          const DotenvSite& site);

struct DotenvName {
  std::string_view name;
  Fate fate = Fate::waiting;
  std::string_view why = {};
  Convert convert = nullptr;  ///< of Fate::setting
};

std::span<const DotenvName> dotenv_names();
/// nullptr where the name is in no table; the TRUNKLINE_* variables are not in this one.
const DotenvName* find_dotenv_name(std::string_view name);

/// The settings that a name of Fate::setting, or a variable TRUNKLINE_*, becomes, with values that
/// fit their rows. A fault says why not.
[[nodiscard]] core::Result<std::vector<Assignment>> settings_of(const DotenvEntry& entry,
                                                                const DotenvSite& site);

}  // namespace trunkline::config
