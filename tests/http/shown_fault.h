// SPDX-License-Identifier: MIT
#pragma once

// A fault as a failing test of http shows it.

#include <string>

#include "core/error.h"

namespace trunkline::http {

/// "69 message | hint": all of it.
inline std::string shown(const core::Fault& fault) {
  return std::to_string(static_cast<int>(fault.code)) + " " + fault.message + " | " + fault.hint;
}

}  // namespace trunkline::http
