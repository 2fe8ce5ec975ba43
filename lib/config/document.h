// SPDX-License-Identifier: MIT
#pragma once

// What is written down about the settings, generated from their table: the JSON Schema that editors
// check trunkline.toml with, and the settings section of trunkline.toml(5).

#include <string>

#include "core/json.h"

namespace trunkline::config {

/// JSON Schema 2020-12 of trunkline.toml.
core::Json json_schema();

/// mdoc(7): one subsection a section of the file, one list item a setting.
std::string manual_of_settings();

}  // namespace trunkline::config
