// SPDX-License-Identifier: MIT
#pragma once

// The settings that `trunkline config set` made: one file in trunkline.d that is written by us
// alone, so that an operator's own files are never rewritten.

#include <filesystem>
#include <span>
#include <string_view>

#include "config/config.h"
#include "core/error.h"

namespace trunkline::config {

/// trunkline.d/50-set.toml beside the file the settings come from.
std::filesystem::path set_file_of(const Sources& sources);

/// Writes the setting into set_file_of(), atomically, beside what is there already. Nothing is
/// written where the text does not fit the setting or the configuration with it would be invalid.
[[nodiscard]] core::Result<void> write_setting(const Sources& sources, std::string_view key,
                                               std::string_view text);
/// Several at once: all are written, or none. Settings that bound each other are checked together.
[[nodiscard]] core::Result<void> write_settings(const Sources& sources,
                                                std::span<const Assignment> changes);

}  // namespace trunkline::config
