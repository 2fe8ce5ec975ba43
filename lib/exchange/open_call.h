// SPDX-License-Identifier: MIT
#pragma once

// What the journal's state keeps of a call while it is open (kind "dialog", key = the call's id):
// its record, its dialogs as far as they can be ended with BYE, and the relay that has its media.
// A restarted exchange closes the call from it.

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::exchange {

inline constexpr std::string_view kOpenCallKind = "dialog";

struct OpenCall {
  std::string record;                ///< call.v1, one line of JSON
  std::vector<std::string> dialogs;  ///< sip::DialogState texts
  std::string media_node;            ///< as configured in sip.ng; empty where there is none
};

/// One line of JSON, schema open_call.v1.
std::string to_text(const OpenCall& call);
[[nodiscard]] core::Result<OpenCall> parse_open_call(std::string_view text);

}  // namespace trunkline::exchange
