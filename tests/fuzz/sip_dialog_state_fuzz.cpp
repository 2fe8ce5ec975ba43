// SPDX-License-Identifier: MIT

// Any text for a kept dialog: what is read is written and read the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "sip/dialog_state.h"

FUZZ_TARGET(sip_dialog_state) {
  using namespace trunkline;
  const auto state =
      sip::parse_dialog_state(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!state) return 0;
  const std::string text = sip::to_text(*state);
  const auto again = sip::parse_dialog_state(text);
  if (!again || sip::to_text(*again) != text) std::abort();
  return 0;
}
