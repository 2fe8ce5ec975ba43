// SPDX-License-Identifier: MIT
#pragma once

// What a message says in a header.

#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"

namespace trunkline::exchange {

/// Its value; empty where it is not there.
inline std::string header(const std::vector<sip::Header>& headers, std::string_view name) {
  return sip::find_header(headers, name).value_or("");
}

}  // namespace trunkline::exchange
