// SPDX-License-Identifier: MIT
#pragma once

// What Sofia parses our messages with: its own SIP class, but for Via, whose maddr parameter is
// taken away as it is read. With it Sofia would resolve the parameter's name while the loop waits,
// and send the answer there instead of where the request came from.

#include "sip/sofia.h"

namespace trunkline::sip {

/// Lives as long as the process.
const msg_mclass_t* message_class();

}  // namespace trunkline::sip
