// SPDX-License-Identifier: MIT
#pragma once

// The configuration in force: an immutable value that holds every setting of the table, where each
// came from, and how it is loaded. Later sources override earlier ones: defaults, trunkline.toml,
// trunkline.d/*.toml in the order of their names, the TRUNKLINE_* environment, --set.
//
// A Config that exists is valid: types, ranges and relations were checked. Asking for a key that is
// not in the table, or with the accessor of another type, is a programming error (assert).

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/setting.h"
#include "config/value.h"
#include "core/strong.h"
#include "core/time.h"

namespace trunkline::config {

using Assignment = std::pair<std::string, std::string>;

/// Where settings come from.
struct Sources {
  /// trunkline.toml; its neighbour trunkline.d (the name with .d for .toml) is read too. Empty: no
  /// file is read.
  std::filesystem::path file = {};
  /// Whether somebody asked for that file, so that its absence is a fault.
  bool is_file_required = false;
  std::vector<Assignment> environment = {};  ///< TRUNKLINE_NAME, value
  std::vector<std::string> overrides = {};   ///< "key=value", from --set

  /// The sources of this process: `named_file` (--config), else $TRUNKLINE_CONFIG, else
  /// <tree>/var/trunkline.toml where this program lies in <tree>/build/*/bin and that file is
  /// there, else /etc/trunkline/trunkline.toml. The environment is this process's.
  static Sources of_process(std::string_view named_file = {},
                            std::vector<std::string> overrides = {});
};

class Config {
 public:
  /// Faults name the source ("FILE line N", the variable, --set), what is wrong, and how to mend
  /// it; code config, or usage for --set.
  static core::Result<Config> load(const Sources& sources);
  /// The defaults with these settings changed: for tests and for programs without a file.
  static core::Result<Config> of(const std::vector<Assignment>& changes = {});

  const std::string& text(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  core::Milliseconds duration(std::string_view key) const;
  core::ByteCount size(std::string_view key) const;
  const std::vector<std::string>& list(std::string_view key) const;

  /// "/etc/trunkline/trunkline.toml:12", "TRUNKLINE_SIP_LISTEN", "--set" or "default".
  const std::string& origin(std::string_view key) const;
  /// The value as one writes it on the command line; passwords are replaced by "***".
  std::string shown(std::string_view key) const;
  const Value& value(std::string_view key) const;

 private:
  struct Held {
    Value value;
    std::string origin;
  };
  Config();
  core::Result<void> take_files(const Sources& sources);
  core::Result<void> take(const Setting& setting, Value value, std::string origin);
  core::Result<void> take_text(std::string_view key, std::string_view text,
                               const std::string& origin, core::ExitCode code);
  core::Result<void> take_file(const std::filesystem::path& path);
  core::Result<void> check_relations() const;
  /// Which of two that contradict each other somebody set last.
  std::string_view to_mend(std::string_view lower, std::string_view upper) const;
  const Held& held(std::string_view key) const;

  std::map<std::string, Held, std::less<>> values_;
};

/// trunkline.d beside trunkline.toml: the file's name with .d for its extension.
std::filesystem::path fragment_folder(const std::filesystem::path& file);

}  // namespace trunkline::config
