// SPDX-License-Identifier: MIT
#pragma once

// All that is needed to make a confirmed dialog again in another process (RFC 3261 12): kept in the
// journal as state of kind "dialog", so that a restarted sipd can still send BYE.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "sip/address.h"

namespace trunkline::sip {

struct DialogState {
  std::string call_id;
  Party local;                         ///< URI and tag, ours
  Party remote;                        ///< URI and tag, theirs
  std::uint32_t local_cseq = 0;        ///< the last one we sent; 0 = none yet
  std::uint32_t remote_cseq = 0;       ///< the last one they sent; 0 = none yet
  std::vector<std::string> route_set;  ///< in the order of our requests' Route headers
  Uri remote_target;
  std::string local_contact;  ///< the URI in our Contact
  Flow flow;                  ///< where requests go, whatever the remote target says

  bool operator==(const DialogState&) const = default;
};

/// One line of JSON ("schema":"dialog.v1").
std::string to_text(const DialogState& state);
core::Result<DialogState> parse_dialog_state(std::string_view text);

}  // namespace trunkline::sip
