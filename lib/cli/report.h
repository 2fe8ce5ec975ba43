// SPDX-License-Identifier: MIT
#pragma once

// How a program says on stderr that something went wrong: "sipctl: message", "hint: next step", and
// with --json one error.v1 object beside it.

#include <string_view>

#include "core/error.h"

namespace trunkline::cli {

void report(std::string_view program, const core::Error& error, bool is_json);

}  // namespace trunkline::cli
