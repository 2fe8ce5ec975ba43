// SPDX-License-Identifier: MIT
#pragma once

// How a program says on stderr that something went wrong: "sipctl: message", "hint: next step", and
// with --json one error.v1 object beside it.

#include <string_view>

#include "cli/output.h"
#include "core/error.h"

namespace trunkline::cli {

struct ReportForm {
  bool is_json = false;
  ColorWhen color = ColorWhen::automatic;
};
void report(std::string_view program, const core::Error& error, ReportForm form);

}  // namespace trunkline::cli
