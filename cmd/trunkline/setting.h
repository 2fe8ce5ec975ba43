// SPDX-License-Identifier: MIT
#pragma once

// How a setting is shown as JSON.

#include "config/config.h"
#include "core/json.h"

namespace trunkline::commands {

/// "setting.v1": the value in force, without passwords.
core::Json setting_json(const config::Setting& setting, const config::Config& config);

}  // namespace trunkline::commands
